//! What is kept of the phone's file, which wants larger pages than the rest.

use super::*;

const PAGE: usize = 4096;
const PAGES: usize = 2 * PAGE;
const END: u32 = 8192;

type Phone = FlashStorage<Flash<4, PAGE>, 0, END>;

fn powered<R>(flash: &mut Cells, power: usize, run: impl FnOnce(&mut Phone) -> R) -> R {
    let cells = Rc::new(RefCell::new(Cells { power, ..flash.clone() }));
    let result = run(&mut FlashStorage::new(Flash(Rc::clone(&cells))));
    *flash = cells.borrow().clone();
    result
}

fn keep(flash: &mut Cells, power: usize, file: &[u8]) -> Result<(), NotKept> {
    powered(flash, power, |phone| {
        phone.keep_file(|out| {
            out[..file.len()].copy_from_slice(file);
            file.len()
        })
    })
}

fn kept(flash: &Cells) -> Option<Vec<u8>> {
    let mut kept = None;
    powered(&mut flash.clone(), usize::MAX, |phone| phone.load_file(|file| kept = Some(file.to_vec())));
    kept
}

#[test]
fn the_last_one_is_found_again_beside_everything_else() {
    for filled_with in [0x00, 0xFF, 0x5A] {
        let mut flash = Cells::of(PAGES, filled_with);
        assert_eq!(kept(&flash), None, "nothing was kept yet");
        let settings = [b's'; LIMIT];
        for turn in 0..20 {
            for file in [&b"v1"[..], &[b'f'; provisioning::LIMIT], &[b'g'; provisioning::LIMIT]] {
                assert_eq!(keep(&mut flash, usize::MAX, file), Ok(()), "turn {turn}");
                assert_eq!(kept(&flash).as_deref(), Some(file), "turn {turn}");
                powered(&mut flash, usize::MAX, |phone| {
                    let save = phone.save(|out| {
                        out.copy_from_slice(&settings);
                        LIMIT
                    });
                    assert_eq!(save, Ok(()), "turn {turn}");
                    let noted = phone.note_start(&panic(turn), IMAGE);
                    assert!(noted.is_ok_and(|noted| noted.is_some()), "turn {turn}");
                });
            }
        }
        powered(&mut flash, usize::MAX, |phone| {
            assert_eq!(phone.load(&mut [0; LIMIT]), Some(&settings[..]));
        });
        assert_eq!(keep(&mut flash, usize::MAX, b""), Ok(()));
        assert_eq!(kept(&flash), None, "one that cannot be kept is none");
    }
}

/// At every byte of a few changes, of which some change the page.
#[test]
fn a_power_cut_leaves_the_one_before_or_the_new_and_the_settings() {
    let mut flash = Cells::of(PAGES, 0xFF);
    powered(&mut flash, usize::MAX, |phone| {
        phone.save(|out| {
            out[..13].copy_from_slice(b"language = de");
            13
        })
    })
    .unwrap();
    let files: [Vec<u8>; 5] =
        [700, 900, 1_300, 40, provisioning::LIMIT].map(|length| vec![length.to_le_bytes()[0]; length]);
    let mut before: Option<&Vec<u8>> = None;
    for file in &files {
        for power in 1.. {
            let mut cut = flash.clone();
            let done = keep(&mut cut, power, file);
            let after = kept(&cut);
            if done.is_ok() {
                assert_eq!(after.as_ref(), Some(file));
                break;
            }
            assert!(
                after.as_ref() == before || after.as_ref() == Some(file),
                "{} bytes, cut after {power} bytes",
                file.len()
            );
            powered(&mut cut, usize::MAX, |phone| {
                assert_eq!(
                    phone.load(&mut [0; LIMIT]),
                    Some(&b"language = de"[..]),
                    "cut after {power} bytes"
                );
            });
            assert_eq!(keep(&mut cut, usize::MAX, file), Ok(()), "cut after {power} bytes");
        }
        keep(&mut flash, usize::MAX, file).unwrap();
        before = Some(file);
    }
}
