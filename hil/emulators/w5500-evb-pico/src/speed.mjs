#!/usr/bin/env node
// How long the phone lets people wait, in the board's own time, and how much it works when nobody is there.
//
//   npm run speed -- [--image ELF] [--qemu PROGRAM]
//
// It fails if a figure is over its budget. The processor's time is exact for its instructions but for the flash: what is not in
// its cache takes longer on the board.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Board } from './board.mjs';
import { IMAGE } from './image.mjs';
import { Network } from './network.mjs';

const { values: options } = parseArgs({
  options: { image: { type: 'string', default: IMAGE }, qemu: { type: 'string', default: 'qemu-system-arm' } },
});

/** Milliseconds, if nothing else is said. */
const BUDGETS = { 'key to full repaint': 40, 'key to letter': 60, 'idle, share of the processor in %': 1 };
/** Without an application user the phone asks nobody by itself. */
const CONFIGURATION = 'service = 10.0.2.2:1\n';
/** Row and column in the matrix. */
const WAKE = [1, 3], LOG_IN = [0, 0], LETTER = [2, 1];
/** The board's time, in milliseconds: until the display is dim, how long a key is down, and until what it did is over. */
const DIM = 125_000, HELD = 60, SETTLED = 400;
const STEP = 0.05;
const DHCP_TYPE = 14 + 20 + 8 + 240 + 2, DHCP_ACK = 5, DEADLINE = 60_000;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hotdesk-speed-'));
const flashFile = path.join(folder, 'flash');
fs.writeFileSync(flashFile, CONFIGURATION.padEnd(4096, '\xff'), 'latin1');
const board = new Board({ image: options.image, flashFile, paced: false });
const network = await Network.start({ qemu: options.qemu, user: '', path: path.join(folder, 'network') });
/** Whether the phone was given its address: the type of DHCP's message, its first option, was an acknowledgement. */
let hasAddress = false;
network.onFrame = (frame) => {
  hasAddress ||= frame[DHCP_TYPE] === DHCP_ACK && frame.length > DHCP_TYPE;
  board.wire.receive(frame);
};
board.wire.toNetwork = (frame) => network.send(frame);

/** Presses a key of the matrix and returns the milliseconds from then to the last pixel that it changed. */
function measure([row, column]) {
  const { chip, panel, keys } = board, { clock } = chip;
  const start = clock.nanos;
  let [last, written] = [start, panel.written];
  keys.set(row, column, true);
  for (let waited = 0; waited < SETTLED; waited += STEP) {
    chip.advance(STEP);
    if (panel.written !== written) [last, written] = [clock.nanos, panel.written];
    if (waited > HELD) keys.set(row, column, false);
  }
  return (last - start) / 1e6;
}

/** Lets the board go on beside the wall clock, which the network lives by, until it is idle. */
async function becomeIdle() {
  const end = performance.now() + DEADLINE;
  for (let rest = 2000; rest > 0;) {
    if (performance.now() > end) throw new Error('the phone has no address after a minute');
    board.chip.advance(5);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (hasAddress) rest -= 5;
  }
}

try {
  board.power(true);
  await becomeIdle();
  const figures = {};
  board.chip.advance(DIM);
  const cycles = board.chip.advance(10_000);
  figures['idle, share of the processor in %'] = (100 * cycles) / (10 * 125e6);
  figures['key to full repaint'] = measure(WAKE);
  measure(LOG_IN);
  figures['key to letter'] = measure(LETTER);
  let over = false;
  console.log('| w5500-evb-pico | measured | budget |\n|---|---:|---:|');
  for (const [name, budget] of Object.entries(BUDGETS)) {
    console.log(`| ${name} | ${figures[name].toFixed(1)} | ${budget} |`);
    over ||= figures[name] > budget;
  }
  process.exitCode = over ? 1 : 0;
} finally {
  network.stop();
  fs.rmSync(folder, { recursive: true });
}
