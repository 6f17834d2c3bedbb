//! Parses and encodes the sample messages and prints what each took, by semihosting: `name instructions bytes`, and
//! `memory name bytes`.
//!
//! Under QEMU's `-icount shift=0` one instruction is one nanosecond of the machine's time, and SysTick counts 40 ns
//! each, so many rounds give exact figures. Nothing here formats by core::fmt: it would hide behind this program what a
//! part of the core links of it.
#![no_std]
#![no_main]

#[cfg(feature = "memory")]
mod memory;
mod parts;
#[cfg(any(feature = "pieces", feature = "memory"))]
mod pieces;

use core::fmt::Write as _;
use core::hint::black_box;
use core::panic::PanicInfo;

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::entry;
use cortex_m_semihosting::debug;
use cortex_m_semihosting::hio::{self, HostStream};

macro_rules! samples {
    ($($name:literal)*) => {
        [$(include_bytes!(concat!("../../../vectors/samples/", $name, ".xml"))),*]
    };
}

/// The twelve messages of the EM API Request Types Reference, as printed.
static SAMPLES: [&[u8]; 12] = samples! {
    "login" "logout" "logout-all" "device-user-query" "user-devices-query" "device-profile-query" "success" "failure"
    "device-user-results" "device-user-results-first-login" "user-devices-results" "device-profile-results"
};

/// Rounds of each case. The longest fit SysTick's 24 bits: 2 571 bytes at 200 instructions each are 12.9 million ticks.
const ROUNDS: u32 = 1_000;

/// How many instructions one tick of SysTick is: 25 MHz against one instruction a nanosecond.
const INSTRUCTIONS_A_TICK: u64 = 40;

/// Measures cases and prints them.
struct Bench {
    clock: SYST,
    out: HostStream,
}

impl Bench {
    /// Runs a case, and an empty one of as many rounds to take off.
    fn case(&mut self, name: &str, bytes: usize, mut run: impl FnMut()) {
        let taken = self.ticks(&mut run) - self.ticks(&mut || {});
        self.print(name, u64::from(taken) * INSTRUCTIONS_A_TICK / u64::from(ROUNDS), bytes);
    }

    fn ticks(&mut self, run: &mut impl FnMut()) -> u32 {
        self.clock.clear_current();
        let before = SYST::get_current();
        for _ in 0..ROUNDS {
            run();
            black_box(());
        }
        let after = SYST::get_current();
        assert!(!self.clock.has_wrapped());
        before.wrapping_sub(after) & 0x00ff_ffff
    }

    fn print(&mut self, name: &str, instructions: u64, bytes: usize) {
        self.word(name);
        self.number(instructions);
        self.number(bytes as u64);
        self.word("\n");
    }

    #[cfg(feature = "memory")]
    fn memory(&mut self, name: &str, bytes: usize) {
        self.word("memory ");
        self.word(name);
        self.number(bytes as u64);
        self.word("\n");
    }

    fn word(&mut self, word: &str) {
        let _ = self.out.write_str(word);
    }

    fn number(&mut self, mut number: u64) {
        let mut digits = [b' '; 21];
        let mut at = digits.len();
        while at == digits.len() || number > 0 {
            at -= 1;
            digits[at] = b'0' + (number % 10) as u8;
            number /= 10;
        }
        let _ = self.out.write_all(&digits[at - 1..]);
    }
}

#[entry]
fn main() -> ! {
    let (Some(mut core), Ok(out)) = (cortex_m::Peripherals::take(), hio::hstdout()) else { fail() };
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(0x00ff_ffff);
    core.SYST.enable_counter();
    let mut bench = Bench { clock: core.SYST, out };
    let bytes = SAMPLES.iter().map(|sample| sample.len()).sum();

    bench.case("scan", bytes, || SAMPLES.iter().for_each(|sample| _ = black_box(scan(black_box(sample)))));
    // By reference: a copy of a message is no part of reading it.
    #[cfg(feature = "parse")]
    bench.case("parse", bytes, || {
        for sample in &SAMPLES {
            let _ = black_box(&hotdesk_core::Message::parse(black_box(sample)));
        }
    });
    #[cfg(feature = "parse-xmlparser")]
    bench.case("parse-over-xmlparser", bytes, || {
        for sample in &SAMPLES {
            let _ = black_box(&hotdesk_core_xmlparser::Message::parse(black_box(sample)));
        }
    });
    #[cfg(feature = "pieces")]
    {
        let mut window = [0; 1024];
        bench.case("parse-in-pieces", pieces::length(10), || {
            let _ = black_box(pieces::read(black_box(10), black_box(&mut window)));
        });
    }
    #[cfg(any(feature = "encode", feature = "form"))]
    encode(&mut bench);
    #[cfg(feature = "memory")]
    memory(&mut bench);
    parts::link();

    debug::exit(debug::EXIT_SUCCESS);
    fail()
}

/// The least that any reader does: checks UTF-8, and looks at each byte for markup.
#[inline(never)]
fn scan(bytes: &[u8]) -> Option<usize> {
    core::str::from_utf8(bytes).ok()?;
    let mut last = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(byte, b'<' | b'>' | b'&') {
            last = black_box(at);
        }
    }
    Some(last)
}

#[cfg(any(feature = "encode", feature = "form", feature = "post", feature = "memory"))]
fn login() -> hotdesk_core::Request<'static> {
    use hotdesk_core::{AppInfo, ExclusiveDuration, Login, Request};

    let login = Login::new("SEP003094C25B15", "john")
        .with_device_profile("UserDevProf")
        .with_exclusive_duration(ExclusiveDuration::Minutes(60));
    Request::new(AppInfo::new("appid", "apppasswd"), login)
}

#[cfg(any(feature = "encode", feature = "form"))]
fn encode(bench: &mut Bench) {
    let login = login();
    let mut buffer = [0; 512];
    #[cfg(feature = "encode")]
    if let Ok(length) = black_box(&login).encode(&mut buffer) {
        bench.case("encode", length, || _ = black_box(black_box(&login).encode(black_box(&mut buffer))));
    }
    #[cfg(feature = "form")]
    if let Ok(length) = black_box(&login).encode_form(&mut buffer) {
        bench.case("encode_form", length, || {
            _ = black_box(black_box(&login).encode_form(black_box(&mut buffer)));
        });
    }
}

/// Prints what parts take of memory beside the caller's buffers.
#[cfg(feature = "memory")]
fn memory(bench: &mut Bench) {
    let mut window = [0; 1024];
    let mut profiles = 0;
    bench.memory("pieces-reader", size_of::<hotdesk_core::PieceReader<'_>>());
    let stack = memory::stack(|| profiles = pieces::read(black_box(1_000), black_box(&mut window)));
    if profiles != 1_000 {
        fail();
    }
    bench.memory("pieces-stack", stack);
    let parse = || {
        for sample in &SAMPLES {
            let _ = black_box(&hotdesk_core::Message::parse(black_box(sample)));
        }
    };
    bench.memory("parse-stack", memory::stack(parse));
    let login = login();
    let mut buffer = [0; 512];
    let encode = || _ = black_box(black_box(&login).encode(black_box(&mut buffer)));
    bench.memory("encode-stack", memory::stack(encode));
}

/// Ends the run as a failure.
fn fail() -> ! {
    debug::exit(debug::EXIT_FAILURE);
    loop {
        cortex_m::asm::nop();
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    fail()
}
