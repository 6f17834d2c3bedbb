// The cable: its speed in the board's time, and what goes wrong on it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulator } from 'rp2040js';
import { withLease } from '../src/dhcp.mjs';
import { Wire } from '../src/wire.mjs';

function wire(faults = {}) {
  const { clock } = new Simulator();
  const wire = new Wire();
  const [arrived, left] = [[], []];
  wire.toBoard = (frame) => arrived.push(frame);
  wire.toNetwork = (frame) => left.push(frame);
  wire.attach(clock);
  wire.set(faults);
  return { wire, clock, arrived, left };
}
const frame = (length) => Buffer.alloc(length, 7);

test('frames arrive one after the other, at 100 Mbit/s of the board\'s time', () => {
  const { wire: cable, clock, arrived } = wire();
  for (let count = 0; count < 3; count++) cable.receive(frame(60));
  const nanos = (60 + 24) * 80;
  for (const count of [1, 2, 3]) {
    clock.tick(nanos - 1);
    assert.equal(arrived.length, count - 1);
    clock.tick(1);
    assert.equal(arrived.length, count);
  }
});

test('a delay holds frames both ways', () => {
  const { wire: cable, clock, arrived, left } = wire({ delay: 20 });
  cable.receive(frame(60));
  cable.send(frame(60));
  clock.tick(19.9e6);
  assert.deepEqual([arrived.length, left.length], [0, 0]);
  clock.tick(0.2e6);
  assert.deepEqual([arrived.length, left.length], [1, 1]);
});

test('a share of the frames is lost, the same ones in each run', () => {
  const lost = () => {
    const { wire: cable, clock, arrived } = wire({ drop: 0.3 });
    for (let count = 0; count < 1000; count++) { cable.receive(frame(60 + count)); clock.tick(1e6); }
    return arrived.map((each) => each.length);
  };
  const [once, again] = [lost(), lost()];
  assert.deepEqual(once, again);
  assert.ok(once.length > 650 && once.length < 750, `${once.length}`);
});

test('a flood is so many broadcasts a second, until it ends', () => {
  const { wire: cable, clock, arrived } = wire({ flood: 8000 });
  clock.tick(0.1e9);
  assert.ok(arrived.length >= 799 && arrived.length <= 802, `${arrived.length}`);
  cable.set({ flood: 0 });
  const before = arrived.length;
  clock.tick(0.1e9);
  assert.ok(arrived.length <= before + 1);
});

test('a switch has room for so much', () => {
  const { wire: cable } = wire();
  for (let count = 0; count < 1000; count++) cable.receive(frame(1514));
  assert.ok(cable.counts.crowded > 600);
});

/** An offer of 10.0.2.15 for a day, as a frame. */
function offer(from = 67, to = 68) {
  const frame = Buffer.alloc(300);
  frame.writeUInt16BE(0x0800, 12);
  frame[14] = 0x45;
  frame[23] = 17;
  frame.writeUInt16BE(from, 34);
  frame.writeUInt16BE(to, 36);
  frame.writeUInt16BE(0x1234, 40);
  Buffer.from([10, 0, 2, 15]).copy(frame, 42 + 16);
  Buffer.from([53, 1, 2, 0, 51, 4, 0, 1, 0x51, 0x80, 255]).copy(frame, 42 + 240);
  return frame;
}

test('a network without a DHCP server', () => {
  assert.equal(withLease(offer(), 'absent'), null);
  assert.equal(withLease(offer(68, 67), 'absent'), null);
  assert.deepEqual(withLease(frame(60), 'absent'), frame(60));
});

test('a lease of another address and time', () => {
  const changed = withLease(offer(), { address: '10.0.2.20', seconds: 30 });
  assert.deepEqual([...changed.subarray(58, 62)], [10, 0, 2, 20]);
  assert.equal(changed.readUInt32BE(42 + 240 + 6), 30);
  assert.equal(changed.readUInt16BE(40), 0);
  assert.deepEqual(withLease(offer(), null), offer());
});
