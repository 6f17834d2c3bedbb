// Blocks that rp2040js 1.4.1 has not, as far as embassy-rp uses them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chip } from '../src/chip.mjs';
import { chip } from '../support/chips.mjs';

const SSI_DATA = 0x18000060, SSI_ENABLE = 0x18000008;
const CHIP_RESET = 0x40064008;

test('the flash chip tells its unique ID, after the command and four bytes that say nothing', () => {
  const board = chip(), { mcu } = board;
  mcu.writeUint32(SSI_ENABLE, 1);
  // In the mode that the driver sets, the bus goes on by itself after the command.
  mcu.writeUint32(SSI_DATA, 0x4b);
  const answers = Array.from({ length: 12 }, () => mcu.readUint32(SSI_DATA) & 0xff);
  assert.deepEqual(answers.slice(4), board.flashId);
});

test('the chip says whether power came or a reset', () => {
  const board = chip(), { mcu } = board;
  assert.equal(mcu.readUint32(CHIP_RESET), 1 << 8);
  const after = new Chip(mcu.flash.subarray(0, 2 * 1024 * 1024), board);
  assert.equal(after.mcu.readUint32(CHIP_RESET), 1 << 16);
});

test('a reset keeps RAM, as the chip does', () => {
  const board = chip(), { mcu } = board;
  mcu.writeUint32(0x20001000, 0x600df00d);
  const after = new Chip(mcu.flash.subarray(0, 2 * 1024 * 1024), board);
  assert.equal(after.mcu.readUint32(0x20001000), 0x600df00d);
});

test('the cache of the flash has no stream under way', () => {
  assert.equal(chip().mcu.readUint32(0x14000014), 0);
});
