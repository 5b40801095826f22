//! The MPI layer under a launcher: each test starts this program again on several ranks.

use std::ffi::c_int;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use distarray::error::{Code, Error, Result};
use distarray::mpi::comm::{Comm, Ending};
use distarray::mpi::exchange::Exchange;
use distarray::mpi::fingerprint;
use mpi::ffi;

/// Set in the processes that the launcher starts.
const LAUNCHED: &str = "DARR_TEST_LAUNCHED";

const RANKS: [usize; 5] = [1, 2, 3, 4, 6];

/// Runs `body` on each number of ranks, with MPI initialised before and finalised after it.
fn on_ranks(test: &str, ranks: &[usize], body: impl FnOnce()) {
    if std::env::var_os(LAUNCHED).is_some() {
        // SAFETY: the first call of MPI in this process; no arguments are passed.
        unsafe { assert_eq!(ffi::MPI_Init(std::ptr::null_mut(), std::ptr::null_mut()), 0) };
        body();
        // SAFETY: MPI was initialised above, on this thread.
        unsafe { assert_eq!(ffi::MPI_Finalize(), 0) };
        return;
    }
    let default = if cfg!(darr_mpi = "mpich") {
        "mpirun.mpich"
    } else {
        "mpirun.openmpi"
    };
    let launcher = std::env::var("DARR_MPIRUN").unwrap_or_else(|_| default.to_string());
    for n in ranks {
        let output = Command::new("timeout")
            .args(["-k", "5", "100", &launcher, "-n", &n.to_string()])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(LAUNCHED, "1")
            .envs([
                ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
                ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
                ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
                ("OMPI_MCA_mpi_yield_when_idle", "1"),
                ("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe"),
            ])
            .output()
            .expect("the launcher of MPI starts");
        assert!(
            output.status.success(),
            "{test} on {n} ranks: {}\n{}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn fortran(comm: ffi::MPI_Comm) -> c_int {
    // SAFETY: a valid communicator, with MPI running.
    unsafe { ffi::RSMPI_Comm_c2f(comm) }
}

/// A fresh communicator of the user's, over all ranks.
fn users_comm() -> ffi::MPI_Comm {
    // SAFETY: MPI is running.
    unsafe {
        let mut comm = ffi::RSMPI_COMM_NULL;
        assert_eq!(ffi::MPI_Comm_dup(ffi::RSMPI_COMM_WORLD, &mut comm), 0);
        comm
    }
}

fn free(mut comm: ffi::MPI_Comm) {
    // SAFETY: a communicator of this test, freed once.
    unsafe { assert_eq!(ffi::MPI_Comm_free(&mut comm), 0) };
}

fn world() -> Arc<Comm> {
    // SAFETY: a constant of the bindings.
    Comm::from_fortran(fortran(unsafe { ffi::RSMPI_COMM_WORLD })).unwrap()
}

/// A byte that depends on everything that may be mixed up.
fn byte(from: usize, to: usize, round: usize, at: usize) -> u8 {
    (from * 31 + to * 7 + round * 13 + at * 3 + at / 256) as u8
}

#[test]
fn the_lowest_failure_is_told_to_all() {
    on_ranks("the_lowest_failure_is_told_to_all", &RANKS, || {
        let comm = world();
        let (rank, size) = (comm.rank(), comm.size());
        assert_eq!(comm.agree(Ok(rank)).unwrap(), rank);
        for mask in 1..1usize << size {
            let local = if mask >> rank & 1 == 1 {
                let code = Code::ALL[(rank + mask) % 12];
                Err(Error::new(code, format!("rank {rank} of mask {mask}: é")))
            } else {
                Ok(())
            };
            let lowest = mask.trailing_zeros() as usize;
            let want = Error::new(
                Code::ALL[(lowest + mask) % 12],
                format!("rank {lowest} of mask {mask}: é"),
            );
            assert_eq!(comm.agree(local), Err(want));
        }
        // A long text is cut alike, between two characters.
        let long: Result<()> = Err(Error::new(Code::Io, "é".repeat(3000)));
        let text = comm
            .agree(if rank == size - 1 { long } else { Ok(()) })
            .unwrap_err()
            .text;
        assert_eq!(text, "é".repeat(2000));
        let empty: Result<()> = Err(Error::new(Code::Io, ""));
        assert_eq!(comm.agree(empty), Err(Error::new(Code::Io, "")));
        assert!(comm.agree(Ok(())).is_ok());
    });
}

#[test]
fn arguments_that_differ_are_named_with_two_ranks() {
    on_ranks(
        "arguments_that_differ_are_named_with_two_ranks",
        &RANKS,
        || {
            let comm = world();
            let (rank, size) = (comm.rank(), comm.size());
            let same = [("the shape", fingerprint([3i64, 4])), ("the dtype", 11)];
            assert_eq!(comm.agree_on("darr_x", &same, Ok(rank)).unwrap(), rank);
            for odd in 0..size {
                for field in 0..2 {
                    let mut fields = same;
                    if rank == odd {
                        fields[field].1 ^= 1 << 63;
                    }
                    let outcome = comm.agree_on("darr_x", &fields, Ok(()));
                    if size == 1 {
                        assert_eq!(outcome, Ok(()));
                        continue;
                    }
                    let (a, b) = if odd == 0 { (0, 1) } else { (0, odd) };
                    let text = format!(
                        "darr_x: rank {a} and rank {b} do not agree on {}",
                        fields[field].0
                    );
                    assert_eq!(outcome, Err(Error::new(Code::Mismatch, text)));
                }
            }
            // A local failure counts for more than a difference.
            let fields = [("n", rank as u64)];
            let local = if rank == 0 {
                Err(Error::new(Code::Memory, "none"))
            } else {
                Ok(())
            };
            assert_eq!(
                comm.agree_on("darr_x", &fields, local),
                Err(Error::new(Code::Memory, "none"))
            );
        },
    );
}

#[test]
fn ranks_in_different_calls_learn_it() {
    on_ranks("ranks_in_different_calls_learn_it", &[2, 3, 6], || {
        let comm = world();
        let last = comm.size() - 1;
        let outcome = if comm.rank() == last {
            comm.agree_on("darr_b", &[("x", 1), ("y", 2)], Ok(()))
        } else {
            comm.agree_on("darr_a", &[("x", 1)], Ok(()))
        };
        let text =
            format!("the ranks are in different calls: rank 0 in darr_a, rank {last} in darr_b");
        assert_eq!(outcome, Err(Error::new(Code::Mismatch, text)));
        // One still agrees on the outcome of its allocation, the other begins the next call.
        let outcome = if comm.rank() == 0 {
            comm.agree(Ok(()))
        } else {
            comm.agree_on("darr_b", &[], Ok(()))
        };
        let error = outcome.unwrap_err();
        assert_eq!(error.code, Code::Mismatch);
        assert!(error.text.contains("darr_b"), "{}", error.text);
        // Out of checked mode nothing is compared; in it, each call is.
        assert_eq!(
            comm.check_call("darr_c", &[("n", comm.rank() as u64)], &Ok(())),
            Ok(())
        );
        comm.set_checks(true);
        let outcome = comm.check_call("darr_c", &[("n", comm.rank() as u64)], &Ok(()));
        assert_eq!(outcome.unwrap_err().code, Code::Mismatch);
        let refused = Error::new(Code::Argument, "index is NULL");
        let local = if comm.rank() == 0 {
            Err(refused.clone())
        } else {
            Ok(())
        };
        assert_eq!(comm.check_call("darr_c", &[], &local), Err(refused));
        comm.set_checks(false);
    });
}

/// Product of 2x2 matrices modulo 2^32: associative, and another one in another order.
fn product(lower: &[u8], higher: &mut [u8]) {
    let number = |bytes: &[u8], i: usize| {
        let bytes = bytes[4 * i..4 * i + 4].try_into().unwrap();
        u32::from_ne_bytes(bytes)
    };
    for (a, b) in lower.chunks_exact(16).zip(higher.chunks_exact_mut(16)) {
        let mut entries = [0u32; 4];
        for (at, entry) in entries.iter_mut().enumerate() {
            for k in 0..2 {
                let term = number(a, at / 2 * 2 + k).wrapping_mul(number(b, k * 2 + at % 2));
                *entry = entry.wrapping_add(term);
            }
        }
        for (bytes, entry) in b.chunks_exact_mut(4).zip(entries) {
            bytes.copy_from_slice(&entry.to_ne_bytes());
        }
    }
}

fn matrices(rank: usize, n: usize) -> Vec<u8> {
    let entry = |i: usize| (rank * 97 + i * 13 + 1) as u32;
    (0..4 * n).flat_map(|i| entry(i).to_ne_bytes()).collect()
}

#[test]
fn reductions_keep_the_order_of_ranks() {
    on_ranks("reductions_keep_the_order_of_ranks", &RANKS, || {
        let comm = world();
        // Around what fits in one message, too.
        for n in [1, 3, 1, 63, 64, 5000, 100_000] {
            let mut want = matrices(comm.size() - 1, n);
            for rank in (0..comm.size() - 1).rev() {
                product(&matrices(rank, n), &mut want);
            }
            let mut got = matrices(comm.rank(), n);
            comm.allreduce_bytes(&mut got, product).unwrap();
            assert!(got == want, "{n} matrices");
        }
        comm.allreduce_bytes(&mut [], product).unwrap();
        // A closure that captures.
        let mut lowest = [comm.rank() as u8; 16];
        let length = lowest.len();
        comm.allreduce_bytes(&mut lowest, |lower, higher| {
            higher.copy_from_slice(&lower[..length])
        })
        .unwrap();
        assert_eq!(lowest, [0; 16]);
    });
}

/// The result of a function that is not associative tells which values met.
#[test]
fn reductions_meet_in_the_same_order_everywhere() {
    let meet = |a: u64, b: u64| (a ^ b.rotate_left(7)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let leaf = |rank: usize| fingerprint(rank);
    let want = |size: usize| -> u64 {
        // As the head of src/mpi/reduction.rs has it.
        let places = 1 << size.ilog2();
        let shared = size - places;
        let mut values: Vec<u64> = (0..places)
            .map(|place| match place < shared {
                true => meet(leaf(2 * place), leaf(2 * place + 1)),
                false => leaf(place + shared),
            })
            .collect();
        while values.len() > 1 {
            values = values
                .chunks(2)
                .map(|pair| meet(pair[0], pair[1]))
                .collect();
        }
        values[0]
    };
    let ranks = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    on_ranks(
        "reductions_meet_in_the_same_order_everywhere",
        &ranks,
        || {
            let comm = world();
            for words in [1, 127, 128, 1000] {
                let mut bytes = leaf(comm.rank()).to_ne_bytes().repeat(words);
                comm.allreduce_bytes(&mut bytes, |lower, higher| {
                    let number = |word: &[u8]| u64::from_ne_bytes(word.try_into().unwrap());
                    for (a, b) in lower.chunks_exact(8).zip(higher.chunks_exact_mut(8)) {
                        b.copy_from_slice(&meet(number(a), number(b)).to_ne_bytes());
                    }
                })
                .unwrap();
                let want = want(comm.size()).to_ne_bytes().repeat(words);
                assert!(bytes == want, "{words} words: {:?}", &bytes[..8]);
            }
        },
    );
}

#[test]
fn reductions_of_different_lengths_are_everybodys_error() {
    let ranks = [2, 3, 4, 5, 6];
    on_ranks(
        "reductions_of_different_lengths_are_everybodys_error",
        &ranks,
        || {
            let comm = world();
            for odd in 0..comm.size() {
                for (most, one) in [
                    (16, 32),
                    (16, 0),
                    (16, 70_000),
                    (70_000, 16),
                    (4000, 70_000),
                ] {
                    let n = if comm.rank() == odd { one } else { most };
                    let mut bytes = vec![1; n];
                    let outcome = comm.allreduce_bytes(&mut bytes, product);
                    assert_eq!(outcome.unwrap_err().code, Code::Mismatch, "{most} {one}");
                    assert!(bytes.iter().all(|&byte| byte == 1));
                    let mut right = [comm.rank() as u8; 16];
                    comm.allreduce_bytes(&mut right, |lower, higher| higher.copy_from_slice(lower))
                        .unwrap();
                    assert_eq!(right, [0; 16]);
                }
            }
        },
    );
}

#[test]
fn reductions_whose_function_panics_are_an_error() {
    on_ranks(
        "reductions_whose_function_panics_are_an_error",
        &[2, 5],
        || {
            let comm = world();
            let mut bytes = [0; 8];
            let outcome = comm.allreduce_bytes(&mut bytes, |_, _| panic!("as it shall"));
            assert_eq!(outcome.unwrap_err().code, Code::Internal);
            comm.agree(Ok(())).unwrap();
        },
    );
}

#[test]
fn gathers_and_broadcasts_move_every_byte() {
    on_ranks("gathers_and_broadcasts_move_every_byte", &RANKS, || {
        let comm = world();
        let (rank, size) = (comm.rank(), comm.size());
        for n in [0, 1, 7, 70_000] {
            let bytes =
                |from: usize| -> Vec<u8> { (0..n).map(|at| byte(from, 0, n, at)).collect() };
            let want: Vec<u8> = (0..size).flat_map(bytes).collect();
            assert_eq!(comm.allgather(&bytes(rank)).unwrap(), want);
            for root in 0..size {
                assert_eq!(comm.broadcast(root, bytes(rank)).unwrap(), bytes(root));
            }
        }
        // Ranks of all kinds of lengths, nothing among them.
        for step in [0, 1, 1000] {
            let bytes = |from: usize| -> Vec<u8> {
                let n = (from + step) % 3 * step;
                (0..n).map(|at| byte(from, 1, step, at)).collect()
            };
            let want: Vec<Vec<u8>> = (0..size).map(bytes).collect();
            let got = comm.allgatherv(&bytes(rank)).unwrap();
            assert!(got.iter().eq(&want), "{step}");
        }
    });
}

/// Runs rounds of an exchange in which every rank sends `lengths` to every rank, itself too, and checks each byte.
fn everyone_to_everyone(comm: &Arc<Comm>, lengths: &[usize], piece: usize, rounds: usize) {
    let (rank, size) = (comm.rank(), comm.size());
    // Several messages for one peer match in the order of the lists.
    let list: Vec<(usize, usize)> = (0..size)
        .flat_map(|peer| lengths.iter().map(move |&n| (peer, n)))
        .collect();
    let mut exchange = Exchange::in_pieces(Arc::clone(comm), &list, &list, piece).unwrap();
    for round in 0..rounds {
        exchange.start_receives().unwrap();
        for (i, &(peer, n)) in list.iter().enumerate() {
            let buffer = exchange.send_buffer(i);
            assert_eq!(buffer.len(), n);
            for (at, place) in buffer.iter_mut().enumerate() {
                *place = byte(rank, peer, round + i % lengths.len(), at);
            }
            exchange.start_send(i).unwrap();
        }
        let mut arrived = vec![0; list.len()];
        while let Some(i) = exchange.wait_receive().unwrap() {
            arrived[i] += 1;
            let (peer, n) = list[i];
            let round = round + i % lengths.len();
            let want: Vec<u8> = (0..n).map(|at| byte(peer, rank, round, at)).collect();
            assert_eq!(exchange.receive_buffer(i), want, "message {i} from {peer}");
        }
        assert!(arrived.iter().all(|&n| n == 1), "{arrived:?}");
        exchange.finish_sends().unwrap();
        assert_eq!(exchange.wait_receive().unwrap(), None);
    }
}

#[test]
fn exchanges_bring_every_byte_every_time() {
    on_ranks("exchanges_bring_every_byte_every_time", &RANKS, || {
        let comm = world();
        everyone_to_everyone(&comm, &[1000], usize::MAX, 20);
        everyone_to_everyone(&comm, &[0, 1, 300_000], usize::MAX, 3);
        everyone_to_everyone(&comm, &[], usize::MAX, 3);
        // Cut into pieces: even, uneven, one byte a piece, a piece of exactly the length.
        for piece in [1, 7, 50, 100, 101] {
            everyone_to_everyone(&comm, &[100, 0, 3], piece, 4);
        }
    });
}

#[test]
fn exchanges_may_overlap() {
    on_ranks("exchanges_may_overlap", &RANKS, || {
        let comm = world();
        let (rank, size) = (comm.rank(), comm.size());
        let (next, previous) = ((rank + 1) % size, (rank + size - 1) % size);
        let lengths = [64, 64];
        let mut both: Vec<Exchange> = lengths
            .iter()
            .map(|&n| Exchange::new(Arc::clone(&comm), &[(next, n)], &[(previous, n)]).unwrap())
            .collect();
        for round in 0..10 {
            for (which, exchange) in both.iter_mut().enumerate() {
                exchange.start_receives().unwrap();
                exchange.send_buffer(0).fill(byte(rank, which, round, 0));
                exchange.start_send(0).unwrap();
            }
            // Ended in the other order than begun.
            for (which, exchange) in both.iter_mut().enumerate().rev() {
                assert_eq!(exchange.wait_receive().unwrap(), Some(0));
                assert_eq!(
                    exchange.receive_buffer(0),
                    [byte(previous, which, round, 0); 64]
                );
                assert_eq!(exchange.wait_receive().unwrap(), None);
                exchange.finish_sends().unwrap();
            }
        }
    });
}

/// A message of so many bytes, under any tag.
fn take(comm: &Comm, from: usize, bytes: usize) -> Vec<u8> {
    let mut buffer = vec![0; bytes.max(1)];
    // SAFETY: the buffer holds the message.
    let code = unsafe {
        let (byte, tag, status) = (
            ffi::RSMPI_UINT8_T,
            ffi::RSMPI_ANY_TAG,
            ffi::RSMPI_STATUS_IGNORE,
        );
        let to = buffer.as_mut_ptr().cast();
        ffi::MPI_Recv(to, bytes as i32, byte, from as i32, tag, comm.raw(), status)
    };
    assert_eq!(code, 0);
    buffer.truncate(bytes);
    buffer
}

#[test]
fn messages_of_another_length_are_never_taken() {
    on_ranks(
        "messages_of_another_length_are_never_taken",
        &[2, 3],
        || {
            let comm = world();
            let (rank, size) = (comm.rank(), comm.size());
            let (next, previous) = ((rank + 1) % size, (rank + size - 1) % size);
            for (sent, planned) in [
                (10, 20),
                (20, 10),
                (100_000, 10),
                (0, 1),
                (1 << 20, 1 << 19),
            ] {
                let (sends, receives) = ([(next, sent)], [(previous, planned)]);
                let mut wrong = Exchange::new(Arc::clone(&comm), &sends, &receives).unwrap();
                wrong.start_receives().unwrap();
                wrong.send_buffer(0).fill(rank as u8 + 1);
                wrong.start_send(0).unwrap();
                // The message is there, and another may take it.
                assert_eq!(take(&comm, previous, sent), vec![previous as u8 + 1; sent]);
                assert_eq!(wrong.poll_receive().unwrap(), None);
                drop(wrong);
                comm.agree(Ok(())).unwrap();
            }
            // Lengths that share a tag: what is too short is an error, and the exchange is broken for good.
            let (sent, planned) = (10, 10 + 32749);
            let (sends, receives) = ([(next, sent)], [(previous, planned)]);
            let mut exchange = Exchange::new(Arc::clone(&comm), &sends, &receives).unwrap();
            exchange.start_receives().unwrap();
            exchange.start_send(0).unwrap();
            let error = exchange.wait_receive().unwrap_err();
            assert_eq!(error.code, Code::Mismatch, "{error}");
            assert_eq!(exchange.start_receives().unwrap_err().code, Code::State);
            drop(exchange);
            comm.agree(Ok(())).unwrap();
            everyone_to_everyone(&comm, &[10], usize::MAX, 2);
        },
    );
}

#[test]
fn an_exchange_may_be_dropped_half_way() {
    on_ranks("an_exchange_may_be_dropped_half_way", &[1, 2, 4], || {
        let comm = world();
        let (rank, size) = (comm.rank(), comm.size());
        let (next, previous) = ((rank + 1) % size, (rank + size - 1) % size);
        // Receives that nobody sends to.
        let mut exchange =
            Exchange::new(Arc::clone(&comm), &[(next, 8)], &[(previous, 8)]).unwrap();
        exchange.start_receives().unwrap();
        assert_eq!(exchange.start_receives().unwrap_err().code, Code::State);
        drop(exchange);
        comm.agree(Ok(())).unwrap();
        everyone_to_everyone(&comm, &[8], usize::MAX, 2);
        // Never started.
        drop(Exchange::new(Arc::clone(&comm), &[(next, 8)], &[(previous, 8)]).unwrap());
    });
}

#[test]
fn refused_memory_is_an_error() {
    on_ranks("refused_memory_is_an_error", &[2], || {
        let comm = world();
        let outcome = Exchange::new(Arc::clone(&comm), &[(0, 8), (0, isize::MAX as usize)], &[]);
        assert_eq!(outcome.err().unwrap().code, Code::Memory);
        let outcome = Exchange::new(Arc::clone(&comm), &[], &[(0, usize::MAX)]);
        assert_eq!(outcome.err().unwrap().code, Code::Memory);
        comm.agree(Ok(())).unwrap();
    });
}

#[test]
fn a_communicator_has_one_record() {
    on_ranks("a_communicator_has_one_record", &RANKS, || {
        let user = users_comm();
        let first = Comm::from_fortran(fortran(user)).unwrap();
        let again = Comm::from_fortran(fortran(user)).unwrap();
        assert!(Arc::ptr_eq(&first, &again) && first.is(&again));
        assert!(!first.is(&world()));
        // A duplicate that the user makes does not inherit the record.
        let mut copy = user;
        // SAFETY: a valid communicator.
        unsafe { assert_eq!(ffi::MPI_Comm_dup(user, &mut copy), 0) };
        let of_copy = Comm::from_fortran(fortran(copy)).unwrap();
        assert!(!of_copy.is(&first));
        free(copy);
        assert_eq!(of_copy.agree(Ok(())).unwrap_err().code, Code::Comm);
        first.agree(Ok(())).unwrap();
        free(user);
        // The record lives as long as objects hold it, but says what it is.
        for outcome in [
            first.ensure_alive(),
            first.check_call("f", &[], &Ok(())),
            first.agree(Ok(())),
            first.broadcast(0, vec![0]).map(drop),
            first.cart().map(drop),
        ] {
            assert_eq!(outcome.unwrap_err().code, Code::Comm);
        }
        // One's own failure is told rather than that of the communicator.
        let local: Result<()> = Err(Error::new(Code::Argument, "mine"));
        assert_eq!(first.agree(local).unwrap_err().text, "mine");
        assert!(Exchange::new(first, &[], &[]).is_err());
    });
}

#[test]
fn thousands_of_communicators_come_and_go() {
    on_ranks("thousands_of_communicators_come_and_go", &[2], || {
        // More than MPI can have at one time, were any kept.
        for _ in 0..3000 {
            let user = users_comm();
            Comm::from_fortran(fortran(user))
                .unwrap()
                .agree(Ok(()))
                .unwrap();
            free(user);
        }
    });
}

#[test]
fn exchanges_outlive_the_communicator() {
    on_ranks("exchanges_outlive_the_communicator", &[1, 3], || {
        let user = users_comm();
        let comm = Comm::from_fortran(fortran(user)).unwrap();
        let (rank, size) = (comm.rank(), comm.size());
        let (next, previous) = ((rank + 1) % size, (rank + size - 1) % size);
        let make = || Exchange::new(Arc::clone(&comm), &[(next, 8)], &[(previous, 8)]).unwrap();
        let (mut a, b) = (make(), make());
        free(user);
        assert_eq!(a.start_receives().unwrap_err().code, Code::Comm);
        assert_eq!(a.start_send(0).unwrap_err().code, Code::Comm);
        drop(a);
        // Dropped at the end of the process, long after MPI_Finalize.
        static LATE: std::sync::Mutex<Option<Exchange>> = std::sync::Mutex::new(None);
        *LATE.lock().unwrap() = Some(b);
        extern "C" fn at_exit() {
            drop(LATE.lock().unwrap().take());
        }
        // SAFETY: registers a function of this program.
        unsafe { libc::atexit(at_exit) };
    });
}

/// Notes when it was told of the end.
struct Noted {
    order: Arc<AtomicUsize>,
    told: AtomicUsize,
}

impl Ending for Noted {
    fn end(&self) {
        let mut running = 0;
        // SAFETY: may be called at any time.
        unsafe { ffi::MPI_Finalized(&mut running) };
        assert_eq!(running, 0, "MPI still runs");
        let place = self.order.fetch_add(1, Ordering::SeqCst) + 1;
        assert_eq!(self.told.swap(place, Ordering::SeqCst), 0, "told once");
    }
}

#[test]
fn endings_are_told_in_order_while_mpi_runs() {
    on_ranks("endings_are_told_in_order_while_mpi_runs", &[1, 2], || {
        let order = Arc::new(AtomicUsize::new(0));
        let noted = || {
            Arc::new(Noted {
                order: Arc::clone(&order),
                told: AtomicUsize::new(0),
            })
        };
        let user = users_comm();
        let comm = Comm::from_fortran(fortran(user)).unwrap();
        let [a, gone, b] = [noted(), noted(), noted()];
        for ending in [&a, &gone, &b] {
            let ending: Arc<dyn Ending> = Arc::<Noted>::clone(ending);
            comm.at_end(&ending);
        }
        drop(gone);
        free(user);
        let told = |noted: &Noted| noted.told.load(Ordering::SeqCst);
        assert_eq!((told(&a), told(&b)), (1, 2));

        // The other communicators end when MPI_Finalize begins.
        let c = noted();
        let ending: Arc<dyn Ending> = Arc::<Noted>::clone(&c);
        world().at_end(&ending);
        assert_eq!(told(&c), 0);
        static LATE: std::sync::Mutex<Option<Arc<Noted>>> = std::sync::Mutex::new(None);
        *LATE.lock().unwrap() = Some(c);
        extern "C" fn at_exit() {
            let told = LATE
                .lock()
                .unwrap()
                .take()
                .unwrap()
                .told
                .load(Ordering::SeqCst);
            if told != 3 {
                eprintln!("MPI_Finalize told of the end as number {told}");
                std::process::abort();
            }
        }
        // SAFETY: registers a function of this program.
        unsafe { libc::atexit(at_exit) };
    });
}

#[test]
fn cartesian_communicators_bring_their_grid() {
    on_ranks(
        "cartesian_communicators_bring_their_grid",
        &[1, 2, 6],
        || {
            assert_eq!(world().cart().unwrap(), None);
            let n = world().size();
            let (dims, periods) = ([1, n as c_int, 1], [1, 0, 0]);
            // SAFETY: lists of three entries.
            let user = unsafe {
                let mut user = ffi::RSMPI_COMM_NULL;
                let world = ffi::RSMPI_COMM_WORLD;
                let code =
                    ffi::MPI_Cart_create(world, 3, dims.as_ptr(), periods.as_ptr(), 0, &mut user);
                assert_eq!(code, 0);
                user
            };
            let comm = Comm::from_fortran(fortran(user)).unwrap();
            let cart = comm.cart().unwrap().unwrap();
            assert_eq!(cart.dims, [1, n, 1]);
            assert_eq!(cart.periods, [true, false, false]);
            free(user);
        },
    );
}

#[test]
fn what_is_no_intracommunicator_is_refused() {
    on_ranks("what_is_no_intracommunicator_is_refused", &[1, 2], || {
        // SAFETY: constants of the bindings.
        let null = fortran(unsafe { ffi::RSMPI_COMM_NULL });
        let freed = users_comm();
        let freed_handle = fortran(freed);
        free(freed);
        for handle in [null, freed_handle, -1, 1 << 20, c_int::MAX, c_int::MIN] {
            let error = Comm::from_fortran(handle).unwrap_err();
            assert_eq!(error.code, Code::Comm, "{handle}: {error}");
        }
        if world().size() < 2 {
            return;
        }
        // SAFETY: two groups of the world's ranks, each with its lowest rank as the leader.
        let (mut half, inter) = unsafe {
            let world = ffi::RSMPI_COMM_WORLD;
            let (mut half, mut inter) = (ffi::RSMPI_COMM_NULL, ffi::RSMPI_COMM_NULL);
            let rank = self::world().rank() as c_int;
            assert_eq!(ffi::MPI_Comm_split(world, rank % 2, rank, &mut half), 0);
            let code = ffi::MPI_Intercomm_create(half, 0, world, 1 - rank % 2, 5, &mut inter);
            assert_eq!(code, 0);
            (half, inter)
        };
        let error = Comm::from_fortran(fortran(inter)).unwrap_err();
        assert_eq!(error.code, Code::Comm);
        assert!(error.text.contains("intercommunicator"), "{error}");
        free(inter);
        // SAFETY: a communicator of this test.
        unsafe { ffi::MPI_Comm_free(&mut half) };
    });
}
