// The second half of TCP's handshake, said again when the first is.
//
// Where a host's SYN-ACK is lost, the board repeats its SYN, and a host answers that at once (RFC 9293, 3.10.7.4). QEMU's user
// network does not: it repeats its SYN-ACK after 6 s by its own clock, when the board has given up.
const IPV4 = 0x0800, TCP = 6, SYN = 0x02, ACK = 0x10, FLAGS = SYN | ACK | 0x05;

export class Handshakes {
  /** The last SYN-ACK of each connection, by its addresses and ports, with the number that it acknowledges. */
  #answers = new Map();

  /** Takes note of a frame to the board. */
  toBoard(frame) {
    const segment = parse(frame);
    if (segment?.flags === (SYN | ACK)) this.#answers.set(segment.to + segment.from, { segment, frame });
  }

  /** The SYN-ACK to say again where a frame from the board is a SYN that was answered before; nothing otherwise. */
  again(frame) {
    const segment = parse(frame);
    if (!segment) return null;
    const key = segment.from + segment.to, answer = this.#answers.get(key);
    if (!answer) return null;
    if (segment.flags === SYN && ((segment.number + 1) >>> 0) === answer.segment.acknowledged) return answer.frame;
    // The handshake is over, or it is another one.
    this.#answers.delete(key);
    return null;
  }
}

function parse(frame) {
  if (frame.length < 54 || frame.readUInt16BE(12) !== IPV4 || frame[23] !== TCP) return null;
  const tcp = 14 + (frame[14] & 0xf) * 4;
  if (frame.length < tcp + 20) return null;
  return {
    from: frame.toString('hex', 26, 30) + frame.toString('hex', tcp, tcp + 2),
    to: frame.toString('hex', 30, 34) + frame.toString('hex', tcp + 2, tcp + 4),
    number: frame.readUInt32BE(tcp + 4),
    acknowledged: frame.readUInt32BE(tcp + 8),
    flags: frame[tcp + 13] & FLAGS,
  };
}
