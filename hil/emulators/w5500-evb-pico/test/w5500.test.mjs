// What the firmware's driver meets in the chip.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { W5500 } from '../src/w5500.mjs';

const COMMON = 0, SOCKET_0 = 1, TRANSMIT = 2, RECEIVE = 3;
const ADDRESS = [0x02, 0, 0, 0, 0, 1];

function transfer(chip, block, address, bytes, write) {
  chip.select();
  for (const byte of [address >> 8, address & 0xff, (block << 3) | (write ? 4 : 0)]) chip.exchange(byte);
  return bytes.map((byte) => chip.exchange(byte));
}
const read = (chip, block, address, count = 1) => transfer(chip, block, address, Array(count).fill(0), false);
const write = (chip, block, address, ...bytes) => transfer(chip, block, address, bytes, true);
const word = (bytes) => (bytes[0] << 8) | bytes[1];

function open(mode = 0x84) {
  const chip = new W5500();
  write(chip, COMMON, 0x09, ...ADDRESS);
  write(chip, COMMON, 0x18, 1);
  write(chip, SOCKET_0, 0x1e, 16, 16);
  write(chip, SOCKET_0, 0x2c, 4);
  write(chip, SOCKET_0, 0, mode);
  write(chip, SOCKET_0, 1, 1);
  return chip;
}
const frame = (to, length = 60) => Buffer.from([...to, ...ADDRESS, 8, 0, ...Array(length - 14).fill(7)]);
const BROADCAST = Array(6).fill(0xff);

test('it says which chip it is, and the version cannot be written', () => {
  const chip = new W5500();
  write(chip, COMMON, 0x39, 9);
  assert.deepEqual(read(chip, COMMON, 0x39), [4]);
});

test('an opened socket is in MACRAW and takes broadcasts and its own frames only', () => {
  const chip = open();
  assert.deepEqual(read(chip, SOCKET_0, 3), [0x42]);
  chip.receive(frame(BROADCAST));
  chip.receive(frame(ADDRESS));
  chip.receive(frame([0x02, 0, 0, 0, 0, 2]));
  assert.equal(word(read(chip, SOCKET_0, 0x26, 2)), 2 * 62);
});

test('IPv6 stays outside where the mode says so', () => {
  const chip = open(0x94);
  const six = frame([0x33, 0x33, 0, 0, 0, 1]);
  six[12] = 0x86; six[13] = 0xdd;
  chip.receive(six);
  assert.equal(word(read(chip, SOCKET_0, 0x26, 2)), 0);
});

test('the interrupt tells of arrivals, not of frames that wait', () => {
  const chip = open();
  const levels = [];
  chip.onInterrupt = (raised) => levels.push(raised);
  chip.receive(frame(BROADCAST));
  chip.receive(frame(BROADCAST));
  assert.equal(levels.at(-1), true);
  write(chip, SOCKET_0, 2, 4);
  assert.equal(levels.at(-1), false);
  // One of the two is taken; the other raises nothing.
  write(chip, SOCKET_0, 0x28, 0, 62);
  write(chip, SOCKET_0, 1, 0x40);
  assert.equal(levels.at(-1), false);
  assert.equal(word(read(chip, SOCKET_0, 0x26, 2)), 62);
});

test('a frame goes out as it was written, across the end of the buffer', () => {
  const chip = open();
  const sent = [];
  chip.onFrame = (bytes) => sent.push([...bytes]);
  for (const register of [0x22, 0x24]) write(chip, SOCKET_0, register, 0x3f, 0xfe);
  write(chip, TRANSMIT, 0x3ffe, 1, 2, 3, 4);
  write(chip, SOCKET_0, 0x24, 0x40, 0x02);
  write(chip, SOCKET_0, 1, 0x20);
  assert.deepEqual(sent, [[1, 2, 3, 4]]);
});

test('what finds no room is dropped and counted', () => {
  const chip = open();
  for (let count = 0; count < 12; count++) chip.receive(frame(BROADCAST, 1514));
  assert.deepEqual(chip.counts, { sent: 0, received: 10, dropped: 2 });
});

test('without a link nothing comes and nothing goes, and the PHY says so', () => {
  const chip = open();
  chip.link = false;
  chip.receive(frame(BROADCAST));
  assert.equal(read(chip, COMMON, 0x2e)[0] & 1, 0);
  assert.equal(chip.counts.received, 0);
});

test('a received frame has its length in front, these two bytes counted', () => {
  const chip = open();
  chip.receive(frame(BROADCAST, 100));
  assert.equal(word(read(chip, RECEIVE, 0, 2)), 102);
});
