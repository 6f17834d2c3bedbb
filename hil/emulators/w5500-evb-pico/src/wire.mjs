// The cable between the Ethernet chip and the network: 100 Mbit/s in the board's time, and what goes wrong on a cable.
//
// Frames take their turn, so that a burst from this fast machine arrives no faster than on a real cable. Without that a
// burst fills the chip's buffer at once, and what a server said in that moment is lost.
import { withLease } from './dhcp.mjs';

/** A frame on the cable, preamble, check sum and gap counted. */
const BITS_PER_BYTE = 8, NANOS_PER_BIT = 10, OVERHEAD_BYTES = 24;
/** Bytes that a switch keeps for the board. */
const SWITCH_BYTES = 512 * 1024;
const BROADCAST = Buffer.concat([Buffer.alloc(6, 0xff), Buffer.from([0x02, 0, 0, 0, 0, 9, 8, 6]), Buffer.alloc(46)]);

export class Wire {
  /** Frames to the board's chip, and from it to the network. */
  toBoard = () => {};
  toNetwork = () => {};
  /**
   * `drop`: the share of frames that are lost, each way. `delay`: milliseconds that each takes longer, each way. `flood`:
   * broadcasts a second to the board. `dhcp`: 'absent', or { address, seconds } of the lease that is given.
   */
  faults = { drop: 0, delay: 0, flood: 0, dhcp: null };
  /** Frames that the switch had no room for, and that were lost by `faults.drop`. */
  counts = { crowded: 0, lost: 0 };
  #queue = [];
  #bytes = 0;
  #clock = null;
  #random = 1;

  /** The board has started: its clock counts from now on. What was under way is lost. */
  attach(clock) {
    this.#clock = clock;
    this.#queue = [];
    this.#bytes = 0;
    this.arrival = clock.createAlarm(() => this.#arrive());
    this.nextOfFlood = clock.createAlarm(() => { this.toBoard(BROADCAST); this.#flood(); });
    this.#flood();
  }

  detach() { this.#clock = null; }

  set(faults) {
    Object.assign(this.faults, faults);
    if (this.#clock) this.#flood();
  }

  /** A frame comes in from the network. */
  receive(frame) {
    if (!this.#clock || this.#lost()) return;
    const given = withLease(frame, this.faults.dhcp);
    if (!given) return;
    if (this.#bytes + given.length > SWITCH_BYTES) { this.counts.crowded++; return; }
    this.#bytes += given.length;
    this.#queue.push({ frame: given, due: this.#clock.nanos + this.faults.delay * 1e6 });
    if (this.#queue.length === 1) this.#schedule();
  }

  /** A frame leaves the board. */
  send(frame) {
    if (this.#lost() || !withLease(frame, this.faults.dhcp)) return;
    if (this.faults.delay === 0) { this.toNetwork(frame); return; }
    const clock = this.#clock;
    clock.createAlarm(() => this.toNetwork(frame)).schedule(this.faults.delay * 1e6);
  }

  #schedule() {
    const { frame, due } = this.#queue[0];
    const onCable = (frame.length + OVERHEAD_BYTES) * BITS_PER_BYTE * NANOS_PER_BIT;
    this.arrival.schedule(Math.max(due - this.#clock.nanos, 0) + onCable);
  }

  #arrive() {
    const { frame } = this.#queue.shift();
    this.#bytes -= frame.length;
    if (this.#queue.length > 0) this.#schedule();
    this.toBoard(frame);
  }

  #flood() {
    this.nextOfFlood.cancel();
    if (this.faults.flood > 0) this.nextOfFlood.schedule(1e9 / this.faults.flood);
  }

  /** Loses the same frames in each run: the numbers of MINSTD. */
  #lost() {
    if (this.faults.drop === 0) return false;
    this.#random = (this.#random * 48271) % 0x7fffffff;
    const lost = this.#random / 0x7fffffff < this.faults.drop;
    if (lost) this.counts.lost++;
    return lost;
  }
}
