// Loads an image: the segments of a 32-bit little-endian ELF file that lie in flash, by physical address.
import fs from 'node:fs';

const PT_LOAD = 1;

/** Copies the image into `flash`, which starts at `base`, and says how many bytes of it are used. */
export function loadElf(file, flash, base) {
  const elf = fs.readFileSync(file);
  if (elf.length < 52 || elf.readUInt32BE(0) !== 0x7f454c46) throw new Error(`${file} is no ELF file`);
  const [headers, size, count] = [elf.readUInt32LE(28), elf.readUInt16LE(42), elf.readUInt16LE(44)];
  let end = 0;
  for (let index = 0; index < count; index++) {
    const header = headers + index * size;
    const [offset, address, length] = [4, 12, 16].map((at) => elf.readUInt32LE(header + at));
    if (elf.readUInt32LE(header) !== PT_LOAD || length === 0) continue;
    const at = address - base;
    if (at < 0 || at + length > flash.length) throw new Error(`${file}: a segment at 0x${address.toString(16)} is not in flash`);
    flash.set(elf.subarray(offset, offset + length), at);
    end = Math.max(end, at + length);
  }
  if (end === 0) throw new Error(`${file} holds nothing for the flash`);
  return end;
}
