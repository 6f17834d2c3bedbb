// Hard faults, which rp2040js 1.4.1 has not: it reads all ones from nowhere, and goes on.
//
// An access outside of memory or not aligned, a write to the flash's window, an instruction that is none and a BKPT that
// nobody answers enter the handler, with the frame that the processor saves. A fault in the handler stops the processor
// until a reset.
const HARD_FAULT = 3, HANDLER_MODE = 1, RETURN_TO_THREAD = 0xfffffff9;
const FLASH = 0x10000000, FLASH_END = 0x14000000;

class Fault extends Error {}

export class Faults {
  /** Whether the processor has stopped for good: it faulted in the handler. */
  lockedUp = false;

  constructor(mcu) {
    const core = this.core = mcu.core;
    core.readUint32 = (address) => { aligned(address, 4); return mcu.readUint32(address); };
    core.readUint16 = (address) => { aligned(address, 2); return mcu.readUint16(address); };
    core.writeUint32 = (address, value) => { aligned(address, 4); writable(address); mcu.writeUint32(address, value); };
    core.writeUint16 = (address, value) => { aligned(address, 2); writable(address); mcu.writeUint16(address, value); };
    core.writeUint8 = (address, value) => { writable(address); mcu.writeUint8(address, value); };
    const warn = mcu.logger.warn.bind(mcu.logger);
    mcu.logger.warn = (part, text) => {
      if (part === 'RP2040' || text.includes('is not implemented yet')) throw new Fault(text);
      warn(part, text);
    };
  }

  /** What a BKPT does that nobody answers, with no debugger attached. */
  breakpoint(number) { throw new Fault(`breakpoint ${number}`); }

  /** Executes an instruction and returns its cycles. */
  step() {
    const at = this.core.PC;
    try {
      return this.core.executeInstruction();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#enter(at);
      return 1;
    }
  }

  #enter(at) {
    const { core } = this;
    if (core.IPSR === HARD_FAULT) { this.lockedUp = true; return; }
    core.PC = at;
    try {
      core.exceptionEntry(HARD_FAULT);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // The stack pointer leads out of memory, so there is no frame.
      core.currentMode = HANDLER_MODE;
      core.IPSR = HARD_FAULT;
      core.LR = RETURN_TO_THREAD;
      core.PC = core.readUint32(core.VTOR + 4 * HARD_FAULT);
    }
  }
}

function aligned(address, bytes) {
  if (address & (bytes - 1)) throw new Fault(`0x${(address >>> 0).toString(16)} is not aligned to ${bytes} bytes`);
}

function writable(address) {
  const at = address >>> 0;
  if (at >= FLASH && at < FLASH_END) throw new Fault(`write to the flash's window at 0x${at.toString(16)}`);
}
