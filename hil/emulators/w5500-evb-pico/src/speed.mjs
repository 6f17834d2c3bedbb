#!/usr/bin/env node
// How long the phone lets people wait, in the board's own time, and how much it works when nobody is there.
//
//   npm run speed -- [--image ELF] [--qemu PROGRAM]
//
// It fails if a figure is over its budget.
import { parseArgs } from 'node:util';
import { IMAGE } from './image.mjs';
import { Stopwatch, report } from './stopwatch.mjs';

const { values: options } = parseArgs({
  options: { image: { type: 'string', default: IMAGE }, qemu: { type: 'string', default: 'qemu-system-arm' } },
});

/** Milliseconds, if nothing else is said. */
const BUDGETS = { 'key to full repaint': 40, 'key to letter': 60, 'idle, share of the processor in %': 1 };
/** Without an application user the phone asks nobody by itself. */
const configuration = 'service = 10.0.2.2:1\n';
/** Row and column in the matrix. */
const WAKE = [1, 3], LOG_IN = [0, 0], LETTER = [2, 1];
/** The board's time, in milliseconds: until the display is dim. */
const DIM = 125_000;

const watch = await Stopwatch.start({ ...options, configuration });
try {
  await watch.until(() => watch.hasAddress, 'the phone has an address', 2000);
  const figures = {};
  watch.board.chip.advance(DIM);
  const cycles = watch.board.chip.advance(10_000);
  figures['idle, share of the processor in %'] = (100 * cycles) / (10 * 125e6);
  figures['key to full repaint'] = watch.measure(WAKE);
  watch.measure(LOG_IN);
  figures['key to letter'] = watch.measure(LETTER);
  report('w5500-evb-pico', figures, BUDGETS);
} finally {
  watch.stop();
}
