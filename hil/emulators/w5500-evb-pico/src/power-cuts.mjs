#!/usr/bin/env node
// Cuts the supply at random moments while the phone writes a setting: afterwards it has the setting before or the new one.
//
//   npm run power-cuts -- [--image ELF] [--cuts NUMBER]
//
// What the phone has is read from its display, line "Polling" of the settings.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Board } from './board.mjs';
import { IMAGE } from './image.mjs';

const { values: options } = parseArgs({
  options: { image: { type: 'string', default: IMAGE }, cuts: { type: 'string', default: '1000' } },
});

/** A configuration that the phone starts with; nobody is behind its cable. */
const CONFIGURATION = 'service = 10.0.2.2:8080\n';
/** Keys of the serial keypad: menu, settings, polling; the values' digits there. */
const MENU = 'c', SETTINGS = '5', POLLING = '4', VALUES = ['2', '5'];
/** Rows of pixels between title and softkeys. */
const [TOP, BOTTOM] = [29, 209];
/** A change that begins a sector takes no more than so many times the chunks of another. */
const LONGER = 6;
/** The board's time in milliseconds: from power to the idle screen, and for a screen after a key. */
const START = 700, SCREEN = 150, KEY = 40;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hotdesk-power-cuts-'));
const flashFile = path.join(folder, 'flash');
fs.writeFileSync(flashFile, CONFIGURATION.padEnd(4096, '\xff'), 'latin1');
const board = new Board({ image: options.image, flashFile, paced: false });

function press(keys) {
  for (const key of keys) {
    board.type(Buffer.from(`+${key}\n-${key}\n`));
    board.chip?.advance(KEY);
  }
  board.chip?.advance(SCREEN);
}

function start() {
  board.power(true);
  board.chip.advance(START);
}

/** What the settings' screen shows, as far as it tells of settings. */
function settings() {
  press([MENU, SETTINGS]);
  const { width, pixels } = board.panel.picture();
  return pixels.subarray(TOP * width * 3, BOTTOM * width * 3).toString('base64');
}

const choose = (value) => press([POLLING, VALUES[value]]);

/** How the screen looks with each value, and how many chunks of flash a change takes in the middle of a sector. */
function learn() {
  const looks = [];
  const counts = [];
  for (const value of [0, 1, 0]) {
    start();
    settings();
    const counted = board.chip.rom.powerFails;
    let chunks = 0;
    board.chip.rom.powerFails = () => { chunks++; return counted(); };
    choose(value);
    counts.push(chunks);
    start();
    looks[value] = settings();
  }
  const chunks = Math.min(...counts);
  if (looks[0] === looks[1] || chunks === 0) throw new Error('the phone did not change its setting');
  return { looks, chunks };
}

try {
  const { looks, chunks } = learn();
  const found = { before: 0, new: 0 };
  let inLonger = 0;
  // The settings with the first value are on the screen.
  let value = 0;
  for (let cut = 1; cut <= Number(options.cuts);) {
    // A change that begins a sector takes more chunks. Every sixth moment is one that only such a change has, perhaps.
    const at = Math.floor(Math.random() * chunks * (Math.random() < 1 / 6 ? LONGER : 1));
    board.failPower(at);
    choose(1 - value);
    const isCut = !board.isOn;
    start();
    const now = looks.indexOf(settings());
    if (now < 0 || (!isCut && now === value)) {
      fs.writeFileSync('power-cut.ppm', board.panel.ppm());
      fs.copyFileSync(flashFile, 'power-cut.flash');
      const what = isCut ? `cut ${cut}, at chunk ${at}: neither the setting before nor the new one` : 'without a cut: not the new setting';
      throw new Error(`${what}; see power-cut.ppm and power-cut.flash`);
    }
    if (isCut) {
      cut++;
      found[now === value ? 'before' : 'new']++;
      if (at >= chunks) inLonger++;
    }
    value = now;
  }
  console.log(`${options.cuts} cuts, ${inLonger} of them behind the ${chunks} chunks of a change that begins no sector: ` +
    `${found.before} times the setting before, ${found.new} times the new one`);
} finally {
  fs.rmSync(folder, { recursive: true });
}
