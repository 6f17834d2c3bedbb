// The cable: its speed in the board's time, and a flood.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulator } from 'rp2040js';
import { Wire } from '../src/wire.mjs';

function wire() {
  const { clock } = new Simulator();
  const wire = new Wire();
  const arrived = [];
  wire.toBoard = (frame) => arrived.push(frame);
  wire.attach(clock);
  return { wire, clock, arrived };
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

test('a flood is so many broadcasts a second, until it ends', () => {
  const { wire: cable, clock, arrived } = wire();
  cable.flood(8000);
  clock.tick(0.1e9);
  assert.ok(arrived.length >= 799 && arrived.length <= 802, `${arrived.length}`);
  cable.flood(0);
  const before = arrived.length;
  clock.tick(0.1e9);
  assert.ok(arrived.length <= before + 1);
});

test('a switch has room for so much', () => {
  const { wire: cable } = wire();
  for (let count = 0; count < 1000; count++) cable.receive(frame(1514));
  assert.ok(cable.counts.crowded > 600);
});
