// The board: chip, W5500, panel, keys, lines and flash, wired as firmware/boards/w5500-evb-pico says.
import fs from 'node:fs';
import { Chip, FLASH } from './chip.mjs';
import { loadElf } from './elf.mjs';
import { Keys } from './keys.mjs';
import { St7789 } from './st7789.mjs';
import { W5500 } from './w5500.mjs';
import { Wire } from './wire.mjs';

const FLASH_BYTES = 2 * 1024 * 1024;
/** What a person flashes beside the image, and what the firmware writes, lies in the last part of the flash. */
const KEPT_BYTES = 64 * 1024, KEPT = FLASH_BYTES - KEPT_BYTES;
/** The serial line: the log comes out, the serial keypad goes in. */
const SERIAL = 0;
const ETHERNET = { spi: 0, select: 17, reset: 20, interrupt: 21 };
const PANEL = { spi: 1, select: 13, data: 14, reset: 15 };
const ROWS = [2, 3, 4, 5, 6], COLUMNS = [7, 8, 9, 22];
/** Ten bits at 115,200 baud. */
const BYTE_NANOS = 10e9 / 115_200;

export class Board {
  onLog = () => {};
  /** Called with the reason when the chip starts again by itself. */
  onReset = () => {};
  ethernet = new W5500();
  wire = new Wire();
  #starts = 0;
  /** Writes to flash until the supply fails, if it is to fail. */
  #powerLeft = Infinity;
  #typed = [];

  /**
   * A board with the image `image`, and with what `flashFile` keeps of the end of its flash. Without `paced` it goes on
   * only by `chip.advance()`.
   */
  constructor({ image, flashFile, paced = true }) {
    Object.assign(this, { image, flashFile, paced });
    this.ethernet.onFrame = (frame) => this.wire.send(frame);
    this.wire.toBoard = (frame) => this.ethernet.receive(frame);
    this.flash = new Uint8Array(FLASH_BYTES).fill(0xff);
    if (fs.existsSync(flashFile)) {
      const kept = fs.readFileSync(flashFile);
      if (kept.length > KEPT_BYTES) throw new Error(`${flashFile} has ${kept.length} bytes; ${KEPT_BYTES} at most`);
      this.flash.set(kept, KEPT);
    }
    const used = loadElf(image, this.flash, FLASH);
    if (used > KEPT) throw new Error(`${image} reaches into the last ${KEPT_BYTES} bytes of the flash`);
  }

  get isOn() { return this.chip !== undefined; }

  /** Names the picture that the panel shows: another one has another name. */
  get pictureName() { return `${this.#starts}-${this.panel.changes}`; }

  /** Switches the board on, or off and on. */
  power(on) {
    this.chip?.stop();
    this.chip = undefined;
    this.wire.detach();
    this.#powerLeft = Infinity;
    this.#typed = [];
    if (on) this.#start();
  }

  /** The reset line. */
  reset() { this.#start(this.chip); }

  /** Lets the supply fail at the `count`-th write to flash from now on, in the middle of it. */
  failPower(count) { this.#powerLeft = count; }

  /** Bytes come in on the keypad's line. */
  type(bytes) {
    if (!this.isOn) return;
    this.#typed.push(...bytes);
    if (this.#typed.length === bytes.length) this.feed.schedule(BYTE_NANOS);
  }

  setLink(up) { this.ethernet.link = up; }

  /** Bytes of the chip's address space. */
  memory(address, length) {
    return Buffer.from(Array.from({ length }, (_, index) => this.chip.mcu.readUint8(address + index)));
  }

  /** The processor goes on with these registers, by number, and these bytes, in hexadecimal by address. */
  goOn(registers, memory) {
    const { mcu } = this.chip;
    for (const [address, bytes] of Object.entries(memory)) {
      Buffer.from(bytes, 'hex').forEach((byte, index) => mcu.writeUint8(Number(address) + index, byte));
    }
    for (const [number, value] of Object.entries(registers)) mcu.core.registers[number] = value;
    mcu.core.waiting = false;
  }

  #start(before) {
    before?.stop();
    this.#starts++;
    const chip = new Chip(this.flash, before);
    const { mcu } = chip;
    this.chip = chip;
    chip.onReset = (reason) => { this.onReset(reason); if (this.chip === chip) this.#start(chip); };
    chip.rom.powerFails = () => --this.#powerLeft < 0;
    chip.rom.onFlash = () => this.#keep();
    this.#wireEthernet();
    this.#wirePanel();
    this.keys = new Keys(mcu, ROWS, COLUMNS);
    mcu.uart[SERIAL].onByte = (byte) => this.onLog(byte);
    this.feed = chip.clock.createAlarm(() => {
      mcu.uart[SERIAL].feedByte(this.#typed.shift());
      if (this.#typed.length > 0) this.feed.schedule(BYTE_NANOS);
    });
    if (this.#typed.length > 0) this.feed.schedule(BYTE_NANOS);
    if (this.paced) chip.run();
  }

  #wireEthernet() {
    const { chip, ethernet } = this, { gpio } = chip.mcu;
    ethernet.reset();
    this.wire.attach(chip.clock);
    chip.attachSpi(ETHERNET.spi, (byte) => ethernet.exchange(byte));
    gpio[ETHERNET.select].addListener((level) => { if (level === 0) ethernet.select(); });
    gpio[ETHERNET.reset].addListener((level) => { if (level === 0) ethernet.reset(); });
    ethernet.onInterrupt = (raised) => gpio[ETHERNET.interrupt].setInputValue(!raised);
    ethernet.onInterrupt(false);
  }

  #wirePanel() {
    const { chip } = this, { gpio } = chip.mcu;
    const panel = this.panel = new St7789();
    let [isSelected, isData] = [false, false];
    gpio[PANEL.select].addListener((level) => { isSelected = level === 0; });
    gpio[PANEL.data].addListener((level) => { isData = level === 1; });
    gpio[PANEL.reset].addListener((level) => { if (level === 0) panel.reset(); });
    chip.attachSpi(PANEL.spi, (word, bits) => {
      if (!isSelected) return 0;
      if (bits === 16) panel.write(word >> 8, isData);
      panel.write(word & 0xff, isData);
      return 0;
    });
  }

  /** Keeps the end of the flash in its file, as the chip has it now. */
  #keep() {
    this.flash.set(this.chip.mcu.flash.subarray(KEPT, FLASH_BYTES), KEPT);
    fs.writeFileSync(this.flashFile, this.flash.subarray(KEPT));
    if (this.#powerLeft < 0) this.power(false);
  }
}
