// Hard faults: what a Cortex-M0+ does where rp2040js goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chip, STACK, FLASH } from '../support/chips.mjs';

const HANDLER = FLASH + 0x300, CODE = FLASH + 0x200;
/** LDR r0, [r1]; STR r0, [r1]; an undefined instruction; BKPT. */
const LOAD = 0x6808, STORE = 0x6008, UNDEFINED = 0xde00, BKPT = 0xbe00, PUSH_R0 = 0xb401;

function faulting(instruction, address = 0) {
  const board = chip(0xbf00, instruction);
  const { core } = board.mcu;
  core.registers[1] = address;
  board.faults.step();
  board.faults.step();
  return board;
}

/** What the processor saved: the program counter in the frame. */
const saved = ({ mcu }) => mcu.readUint32(mcu.core.SP + 24) >>> 0;

for (const [what, instruction, address] of [
  ['a read from nowhere', LOAD, 0x30000000],
  ['a read below RAM, where a full stack ends', LOAD, 0x1ffffffc],
  ['a read that is not aligned', LOAD, 0x20000002],
  ['a write to nowhere', STORE, 0x30000000],
  ['a write to the flash without its driver', STORE, FLASH + 0x1000],
  ['an instruction that is none', UNDEFINED, 0],
  ['a breakpoint without a debugger', BKPT, 0],
]) {
  test(`${what} is a hard fault, and the frame says where`, () => {
    const board = faulting(instruction, address);
    assert.equal(board.mcu.core.IPSR, 3);
    assert.equal(board.mcu.core.PC & ~1, HANDLER);
    assert.equal(saved(board), CODE + 2);
  });
}

test('a stack that is full enters the handler without a frame', () => {
  const board = chip(PUSH_R0);
  board.mcu.core.SP = 0x20000000;
  board.faults.step();
  assert.equal(board.mcu.core.IPSR, 3);
  assert.equal(board.mcu.core.PC & ~1, HANDLER);
  assert.ok(board.mcu.core.SP >>> 0 < 0x20000000);
});

test('a fault in the handler stops the processor', () => {
  const board = faulting(LOAD, 0x30000000);
  board.mcu.core.PC = CODE + 2;
  board.faults.step();
  assert.equal(board.faults.lockedUp, true);
});

test('what is in order is no fault', () => {
  const board = faulting(LOAD, STACK);
  assert.equal(board.mcu.core.IPSR, 0);
});
