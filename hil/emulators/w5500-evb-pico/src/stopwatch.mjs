// The board beside its network, for measurements in the board's own time.
//
// The processor's time is exact for its instructions but for the flash: what is not in its cache takes longer on the board.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Board } from './board.mjs';
import { Network } from './network.mjs';

/** The board's time, in milliseconds: how long a key is down, until what it did is over, and between two looks. */
const HELD = 60, SETTLED = 400, STEP = 0.05;
const SECTOR = 4096, MAC_ADDRESS = 1, CERTIFICATE = 2;
/** By its name it is a phone of the demo cluster. */
const MAC = '\x00\x30\x94\xc2\x5b\x15';
const DHCP_TYPE = 14 + 20 + 8 + 240 + 2, DHCP_ACK = 5, DEADLINE = 300_000;

export class Stopwatch {
  /** Whether the phone was given its address: the type of DHCP's message, its first option, was an acknowledgement. */
  hasAddress = false;
  /** Called with each frame that the board sends. */
  onSent = () => {};

  /** Starts the board with this image and configuration, and with the certificate (PEM) of its first service, if it has one. */
  static async start({ image, qemu, configuration, certificate = '' }) {
    const watch = new Stopwatch();
    watch.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hotdesk-speed-'));
    const flashFile = path.join(watch.folder, 'flash');
    const sectors = Array(CERTIFICATE).fill('');
    [sectors[0], sectors[MAC_ADDRESS], sectors[CERTIFICATE]] = [configuration, MAC, certificate];
    fs.writeFileSync(flashFile, sectors.map((text) => text.padEnd(SECTOR, '\xff')).join(''), 'latin1');
    watch.board = new Board({ image, flashFile, paced: false });
    watch.network = await Network.start({ qemu, user: '', path: path.join(watch.folder, 'network') });
    watch.network.onFrame = (frame) => {
      watch.hasAddress ||= frame[DHCP_TYPE] === DHCP_ACK && frame.length > DHCP_TYPE;
      watch.board.wire.receive(frame);
    };
    watch.board.wire.toNetwork = (frame) => { watch.onSent(frame); watch.network.send(frame); };
    watch.board.power(true);
    return watch;
  }

  stop() {
    this.network.stop();
    fs.rmSync(this.folder, { recursive: true });
  }

  /** Lets the board go on beside the wall clock, which the network lives by, until `holds()`, and so long after that. */
  async until(holds, what, after = 0) {
    const end = performance.now() + DEADLINE;
    for (let rest = after; rest > 0 || !holds();) {
      if (performance.now() > end) throw new Error(`not within five minutes: ${what}`);
      this.board.chip.advance(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (holds()) rest -= 1;
    }
  }

  /** Presses a key of the matrix, and lets it go. */
  async press([row, column]) {
    this.board.keys.set(row, column, true);
    await this.wait(HELD);
    this.board.keys.set(row, column, false);
    await this.wait(HELD);
  }

  /** Lets the board go on by so many milliseconds. */
  async wait(milliseconds) {
    const { clock } = this.board.chip, end = clock.nanos + milliseconds * 1e6;
    await this.until(() => clock.nanos >= end, 'the board goes on');
  }

  /**
   * Presses a key of the matrix and returns the milliseconds from then to the last pixel that it changed, as seen `settled`
   * milliseconds after it.
   */
  measure([row, column], settled = SETTLED) {
    const { chip, panel, keys } = this.board, { clock } = chip;
    const start = clock.nanos;
    let [last, written] = [start, panel.written];
    keys.set(row, column, true);
    for (let waited = 0; waited < settled; waited += STEP) {
      chip.advance(STEP);
      if (panel.written !== written) [last, written] = [clock.nanos, panel.written];
      if (waited > HELD) keys.set(row, column, false);
    }
    return (last - start) / 1e6;
  }

  /** As `measure`, where the network has a part in it: until `holds()`, and as long as a picture takes after that. */
  async measureUntil([row, column], holds, what) {
    const { chip, panel, keys } = this.board, { clock } = chip;
    const start = clock.nanos;
    let [last, written] = [start, panel.written];
    keys.set(row, column, true);
    await this.until(() => {
      if (panel.written !== written) [last, written] = [clock.nanos, panel.written];
      if (clock.nanos - start > HELD * 1e6) keys.set(row, column, false);
      return holds();
    }, what, SETTLED);
    return (last - start) / 1e6;
  }
}

/** Prints the figures beside their budgets; the exit code tells whether one is over. */
export function report(head, figures, budgets) {
  console.log(`| ${head} | measured | budget |\n|---|---:|---:|`);
  for (const [name, budget] of Object.entries(budgets)) {
    console.log(`| ${name} | ${figures[name].toFixed(1)} | ${budget} |`);
    if (!(figures[name] <= budget)) process.exitCode = 1;
  }
}
