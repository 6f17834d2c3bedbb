// The RP2040, as rp2040js has it, with what embassy-rp needs and rp2040js 1.4.1 lacks. Each gap has a test.
import { ConsoleLogger, LogLevel, Simulator } from 'rp2040js';
import { Faults } from './faults.mjs';
import { Rom } from './rom.mjs';

const FLASH = 0x10000000, VECTORS = 0x100;
const CYCLE_NANOS = 1e9 / 125e6;
const ROSC = 0x40060, ROSC_STATUS = 0x18, ROSC_RANDOM = 0x1c, ROSC_STABLE_ENABLED = 0x80001000 | 0;
const DMA_ABORT = 0x444;
const UART_DATA = 0, UART_DMA = 0x48, UART_SENT = 1 << 5;
/** The flash chip's own bus: its data register, and the command that reads its unique ID, behind bytes that say nothing. */
const SSI = 0x18000, SSI_DATA = 0x60, READ_UNIQUE_ID = 0x4b, SILENT_BYTES = 4;
const CHIP_RESET = 0x40064, CHIP_RESET_CAUSE = 8, HAD_POWER_ON = 1 << 8, HAD_RUN_PIN = 1 << 16;
/** What resets, of what is written there: the key and the bit SYSRESETREQ. */
const AIRCR = 0xd0c, RESETS = 0xffff0004 | 0, SYSRESETREQ = 0x05fa0004;
/** Instructions between two looks at what the host has. */
const SLICE = 50_000;
/** A sleep shorter than this is not worth handing over to the host. */
const SHORT_SLEEP_NANOS = 500_000;
/** How much faster than the wall clock a chip that fell behind sleeps, until it has caught up. */
const CATCH_UP = 1.25;
const LONGEST_WAIT_MS = 2;

export { FLASH };

export class Chip {
  /** Called with the reason when the chip is to start again: 'watchdog', 'forced' or 'request'. */
  onReset = () => {};

  /** The unique ID of the flash chip. */
  flashId = [0xe6, 0x60, 0x58, 0x38, 0x83, 0x2b, 0x4c, 0x2f];

  /** A chip with `flash`, whose watchdog and memory are as `before` left them where a reset keeps them. */
  constructor(flash, before) {
    const { rp2040: mcu, clock } = new Simulator();
    Object.assign(this, { mcu, clock });
    mcu.flash.set(flash);
    mcu.logger = new ConsoleLogger(LogLevel.Error, false);
    this.cycles = 0;
    this.wasReset = before !== undefined;
    this.stopped = true;
    this.#fillGaps();
    this.rom = new Rom(mcu);
    this.faults = new Faults(mcu);
    mcu.onBreak = (number) => { if (!this.rom.answers(number)) this.faults.breakpoint(number); };
    if (before) {
      mcu.sram.set(before.mcu.sram);
      mcu.peripherals[0x40058].scratchData.set(before.watchdog.scratchData);
      this.watchdog.reason = before.watchdog.reason;
    }
    mcu.core.VTOR = FLASH + VECTORS;
    mcu.core.SP = mcu.flashView.getUint32(VECTORS, true);
    mcu.core.PC = mcu.flashView.getUint32(VECTORS + 4, true) & ~1;
  }

  get watchdog() { return this.mcu.peripherals[0x40058]; }

  /** Joins SPI port `port` with what is on its bus: `exchange(word, bits)` answers with the word that comes back. */
  attachSpi(port, exchange) {
    const spi = this.mcu.spi[port];
    let answer = 0;
    // A transfer takes as long as its bits on the wire. rp2040js lets it end at once, and the sending DMA channel then
    // overruns the receiving one.
    const done = this.clock.createAlarm(() => spi.completeTransmit(answer));
    spi.onTransmit = (word) => {
      answer = exchange(word, spi.dataBits);
      done.schedule((spi.dataBits * 1e9) / spi.clockFrequency);
    };
  }

  /**
   * Runs until `stop()`. Time goes on with the cycles while the processor works, and with the wall clock while it sleeps:
   * it is never ahead of the wall clock. A chip that fell behind, because this machine is slower, sleeps a little
   * faster until it has caught up, but never so fast that its time-outs race past the host.
   */
  run() {
    this.stopped = false;
    const start = performance.now() - this.clock.nanos / 1e6;
    let asleepSince = null;
    const slice = () => {
      if (this.stopped) return;
      const now = performance.now();
      const behind = now - start - this.clock.nanos / 1e6;
      if (asleepSince !== null) {
        const slept = (now - asleepSince) * 1e6 * (behind > 1 ? CATCH_UP : 1);
        if (this.#sleeps()) this.clock.tick(Math.min(slept, Math.max(behind * 1e6, 0), this.#untilAlarm()));
        asleepSince = null;
      } else if (behind < 0) {
        setTimeout(slice, -behind);
        return;
      }
      for (let count = 0; count < SLICE && !this.stopped; count++) {
        if (this.#sleeps() && this.#untilAlarm() > SHORT_SLEEP_NANOS) {
          asleepSince = performance.now();
          break;
        }
        this.#goOn(SHORT_SLEEP_NANOS);
      }
      if (asleepSince === null) setImmediate(slice);
      else setTimeout(slice, Math.min(this.#untilAlarm() / 1e6, LONGEST_WAIT_MS));
    };
    slice();
  }

  /**
   * Goes on by so many milliseconds of its own time, as fast as this machine can, or until `holds()` or a reset. Returns the
   * cycles that the processor worked.
   */
  advance(milliseconds, holds = () => false) {
    const end = this.clock.nanos + milliseconds * 1e6, before = this.cycles;
    this.stopped = false;
    while (this.clock.nanos < end && !this.stopped && !holds()) this.#goOn(end - this.clock.nanos);
    return this.cycles - before;
  }

  stop() { this.stopped = true; }

  /** Executes an instruction, or sleeps until the next alarm, `longest` nanoseconds at most. */
  #goOn(longest) {
    if (this.#sleeps()) {
      this.clock.tick(Math.min(this.#untilAlarm(), longest));
      return;
    }
    const cycles = this.faults.step();
    this.cycles += cycles;
    const { core } = this.mcu;
    if (core.waiting && core.checkForInterrupts()) core.waiting = false;
    this.clock.tick(cycles * CYCLE_NANOS);
  }

  /** Whether an interrupt or exception is pending that would be handled if none were masked. */
  #pending() {
    const { core } = this.mcu;
    const below = core.interruptPriorities.slice(0, core.exceptionPriority(core.IPSR)).reduce((all, some) => all | some, 0);
    const { pendingNMI, pendingPendSV, pendingSystick } = core;
    return (core.pendingInterrupts & core.enabledInterrupts & below) !== 0 || pendingNMI || pendingPendSV || pendingSystick;
  }

  #sleeps() { return this.mcu.core.waiting || this.faults.lockedUp; }

  #untilAlarm() { return this.clock.nextAlarm ? this.clock.nanosToNextAlarm : Infinity; }

  #fillGaps() {
    const { mcu } = this;
    // A channel's abort is done at once; rp2040js reads all ones, and a transfer that is dropped waits for ever.
    const readDma = mcu.dma.readUint32.bind(mcu.dma);
    mcu.dma.readUint32 = (offset) => (offset === DMA_ABORT ? 0 : readDma(offset));
    // The interrupt of a transmitter comes when a byte has left, not all the time: a driver that only receives would
    // never leave its handler.
    for (const uart of mcu.uart) {
      // rp2040js reads all ones here, and a driver with a buffer leaves the bytes to a DMA channel that is not there.
      let dma = 0;
      const read = uart.readUint32.bind(uart);
      uart.readUint32 = (offset) => (offset === UART_DMA ? dma : read(offset));
      uart.checkInterrupts = () => mcu.setInterrupt(uart.irq, (uart.interruptStatus & uart.interruptMask) !== 0);
      const write = uart.writeUint32.bind(uart);
      uart.writeUint32 = (offset, value) => {
        if (offset === UART_DMA) { dma = value; return; }
        write(offset, value);
        if (offset === UART_DATA) { uart.interruptStatus |= UART_SENT; uart.checkInterrupts(); }
      };
    }
    // WFI with interrupts masked ends by any that is pending, and its handler runs when the mask goes. rp2040js enters the
    // handler at once, and sleeps on where the interrupt came before WFI.
    const { core } = mcu;
    const checkForInterrupts = core.checkForInterrupts.bind(core);
    core.checkForInterrupts = () => (core.waiting && core.PM ? this.#pending() : checkForInterrupts());
    // SysTick ends a sleep. rp2040js notes the tick and sleeps on until another interrupt.
    const { systickAlarm } = mcu.ppb, tick = systickAlarm.callback;
    systickAlarm.callback = () => {
      tick();
      if (core.waiting && core.checkForInterrupts()) core.waiting = false;
    };
    // The ring oscillator, for its random bit.
    const oscillator = mcu.peripherals[ROSC];
    const registers = new Map();
    oscillator.readUint32 = (offset) => {
      if (offset === ROSC_RANDOM) return Math.random() < 0.5 ? 1 : 0;
      return offset === ROSC_STATUS ? ROSC_STABLE_ENABLED : registers.get(offset) ?? 0;
    };
    oscillator.writeUint32 = (offset, value) => { registers.set(offset, value); };
    // SEV sets the event. rp2040js only logs it, and a task that another task wakes sleeps until the next interrupt.
    const info = mcu.logger.info.bind(mcu.logger);
    mcu.logger.info = (part, text) => { if (text === 'SEV') mcu.core.eventRegistered = true; else info(part, text); };
    // What the flash chip answers; rp2040js has its status alone.
    const ssi = mcu.peripherals[SSI];
    const [readSsi, writeSsi] = [ssi.readUint32.bind(ssi), ssi.writeUint32.bind(ssi)];
    let answers = [];
    ssi.writeUint32 = (offset, value) => {
      writeSsi(offset, value);
      const asks = offset === SSI_DATA && (value & 0xff) === READ_UNIQUE_ID && answers.length === 0;
      answers = asks ? [...Array(SILENT_BYTES).fill(0), ...this.flashId] : [];
    };
    ssi.readUint32 = (offset) => (offset === SSI_DATA && answers.length > 0 ? answers.shift() : readSsi(offset));
    // Why the chip started; a block that rp2040js has not.
    mcu.peripherals[CHIP_RESET] = {
      readUint32: (offset) => (offset === CHIP_RESET_CAUSE ? (this.wasReset ? HAD_RUN_PIN : HAD_POWER_ON) : 0),
      writeUint32() {}, writeUint32Atomic() {},
    };
    // Resets reach the board.
    const { ppb } = mcu;
    const writePpb = ppb.writeUint32.bind(ppb);
    ppb.writeUint32 = (offset, value) => {
      if (offset === AIRCR && (value & RESETS) === SYSRESETREQ) this.#reset('request'); else writePpb(offset, value);
    };
    this.watchdog.onWatchdogTrigger = () => {
      // It bites once; rp2040js would bite again within the same moment.
      this.watchdog.alarm.enable = false;
      this.watchdog.timer.enable = false;
      this.#reset(this.watchdog.reason === 1 ? 'watchdog' : 'forced');
    };
  }

  #reset(reason) {
    this.stop();
    // Not from within the instruction.
    setImmediate(() => this.onReset(reason));
  }
}
