// The cable at the Ethernet chip: 100 Mbit/s in the board's time, and a flood of others' frames.
//
// Frames take their turn, so that a burst from this fast machine arrives no faster than on a real cable. Without that a
// burst fills the chip's buffer at once, and what a server said in that moment is lost. What else goes wrong on the way to
// the network is the affair of whoever holds the other end.

/** A frame on the cable, preamble, check sum and gap counted. */
const BITS_PER_BYTE = 8, NANOS_PER_BIT = 10, OVERHEAD_BYTES = 24;
/** Bytes that a switch keeps for the board. */
const SWITCH_BYTES = 512 * 1024;
const BROADCAST = Buffer.concat([Buffer.alloc(6, 0xff), Buffer.from([0x02, 0, 0, 0, 0, 9, 8, 6]), Buffer.alloc(46)]);

export class Wire {
  /** Frames to the board's chip, and from it to the network. */
  toBoard = () => {};
  toNetwork = () => {};
  /** Frames that the switch had no room for. */
  counts = { crowded: 0 };
  #perSecond = 0;
  #queue = [];
  #bytes = 0;
  #clock = null;

  /** The board has started: its clock counts from now on. What was under way is lost. */
  attach(clock) {
    this.#clock = clock;
    this.#queue = [];
    this.#bytes = 0;
    this.arrival = clock.createAlarm(() => this.#arrive());
    this.nextOfFlood = clock.createAlarm(() => { this.toBoard(BROADCAST); this.#goOn(); });
    this.#goOn();
  }

  detach() { this.#clock = null; }

  /** So many broadcasts a second of the board's time come in from now on. */
  flood(perSecond) {
    this.#perSecond = perSecond;
    if (this.#clock) this.#goOn();
  }

  /** A frame comes in from the network. */
  receive(frame) {
    if (!this.#clock) return;
    if (this.#bytes + frame.length > SWITCH_BYTES) { this.counts.crowded++; return; }
    this.#bytes += frame.length;
    this.#queue.push(frame);
    if (this.#queue.length === 1) this.#schedule();
  }

  /** A frame leaves the board. */
  send(frame) { this.toNetwork(frame); }

  #schedule() {
    this.arrival.schedule((this.#queue[0].length + OVERHEAD_BYTES) * BITS_PER_BYTE * NANOS_PER_BIT);
  }

  #arrive() {
    const frame = this.#queue.shift();
    this.#bytes -= frame.length;
    if (this.#queue.length > 0) this.#schedule();
    this.toBoard(frame);
  }

  #goOn() {
    this.nextOfFlood.cancel();
    if (this.#perSecond > 0) this.nextOfFlood.schedule(1e9 / this.#perSecond);
  }
}
