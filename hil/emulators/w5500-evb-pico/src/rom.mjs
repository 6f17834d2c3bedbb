// A boot ROM of our own. rp2040js brings none, and the real one need not be: an image is started at its vector table,
// and embassy-rp's flash driver calls ten functions, which the host answers here.
//
// Each function is a BKPT, answered by the host, and BX LR. Erasing and programming change `mcu.flash`; `onFlash()` is
// called after each, and `powerFails()` says before each chunk whether the supply goes: the bits of that chunk are then any
// between those before and those meant.
const TABLE = 0x40, CODE = 0x100, ROM_END = 0x4000;
const BKPT = 0xbe00, BX_LR = 0x4770;
const XIP_CTRL = 0x14000;
const ERASED = 0xff;
/** Bytes that the flash chip programs or erases before it looks at its supply again, so to speak. */
const CHUNK = 16, ERASE_CHUNK = 256;

export class Rom {
  onFlash = () => {};
  powerFails = () => false;

  constructor(mcu) {
    const { flash } = mcu;
    const rom = new DataView(mcu.bootrom.buffer);
    const register = (number) => mcu.core.registers[number] >>> 0;
    const hooks = [];
    const install = (hook) => {
      const at = CODE + 4 * hooks.length;
      rom.setUint16(at, BKPT | hooks.length, true);
      rom.setUint16(at + 2, BX_LR, true);
      hooks.push(hook);
      return at | 1;
    };
    const inChunks = (start, length, size, meant) => {
      for (let at = start; at < start + length; at += size) {
        const fails = this.powerFails();
        for (let each = at; each < Math.min(at + size, start + length); each++) {
          const [before, after] = [flash[each], meant(each)];
          // Where the supply fails some of the bits that change have changed.
          flash[each] = fails ? before ^ ((before ^ after) & (Math.random() * 256)) : after;
        }
        if (fails) break;
      }
      this.onFlash();
    };
    const erase = () => inChunks(register(0), register(1), ERASE_CHUNK, () => ERASED);
    const program = () => {
      const [to, source, length] = [register(0), register(1), register(2)];
      inChunks(to, length, CHUNK, (at) => flash[at] & mcu.readUint8(source + (at - to)));
    };
    const copy = () => {
      const [to, source, length] = [register(0), register(1), register(2)];
      for (let index = 0; index < length; index++) mcu.writeUint8(to + index, mcu.readUint8(source + index));
    };
    const fill = () => {
      const [to, value, length] = [register(0), register(1), register(2)];
      for (let index = 0; index < length; index++) mcu.writeUint8(to + index, value & 0xff);
    };
    const nothing = () => {};
    // RP2040 data sheet, 2.8.3: connect, exit XIP, flush, enter XIP, erase, program; memcpy and memset.
    const functions = { IF: nothing, EX: nothing, FC: nothing, CX: nothing, RE: erase, RP: program, MC: copy, C4: copy, MS: fill, S4: fill };

    // 2.8.2: magic and version, the pointers to the tables, the function that looks entries up.
    rom.setUint32(0x10, 0x02_01_75_4d, true);
    rom.setUint16(0x14, TABLE, true);
    rom.setUint16(0x16, TABLE, true);
    rom.setUint16(0x18, install(() => {
      let entry = register(0);
      while (rom.getUint16(entry, true) !== 0 && rom.getUint16(entry, true) !== register(1)) entry += 4;
      mcu.core.registers[0] = rom.getUint16(entry, true) === 0 ? 0 : rom.getUint16(entry + 2, true);
    }), true);
    let entry = TABLE;
    for (const [name, hook] of Object.entries(functions)) {
      rom.setUint16(entry, name.charCodeAt(0) | (name.charCodeAt(1) << 8), true);
      rom.setUint16(entry + 2, install(hook), true);
      entry += 4;
    }
    rom.setUint16(entry, 0, true);
    // No stream is ever running, and the cache is always clean.
    mcu.peripherals[XIP_CTRL] = { readUint32: () => 0, writeUint32() {}, writeUint32Atomic() {} };

    /** Answers a BKPT of the ROM; says whether it was one. */
    this.answers = (number) => {
      if (mcu.core.PC >= ROM_END || !hooks[number]) return false;
      hooks[number]();
      return true;
    };
  }
}
