//! Tests of `evdg capture` and of `evdg vectors import`, which do the same, on captures of every
//! kind, intact and broken.

mod broken;
mod build;
mod streams;
mod tunnels;

use std::fs;
use std::io::Write as _;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use etherparse::IpNumber;
use event_datagram_conformance::escape::visible_json;
use serde_json::Value;

use self::build::*;
use crate::evdg::{Ran, evdg, run};

const EVENT: &[u8] = b"E_TEST\nip::::1\n\n";

fn import(capture: &[u8], args: &[&str]) -> Ran {
    let mut command = evdg();
    command.args(["capture", "-"]).args(args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("evdg runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let capture = capture.to_vec();
    let feeding = std::thread::spawn(move || {
        // `evdg` need not read the rest after an error.
        let _ = stdin.write_all(&capture);
    });
    let ran = child.wait_with_output().expect("it ends").into();
    feeding.join().expect("it ends");
    ran
}

fn lines(ran: &Ran) -> Vec<Value> {
    let line = |line| serde_json::from_str(line).expect("it is JSON");
    ran.stdout.lines().map(line).collect()
}

fn datagrams(ran: &Ran) -> Vec<Vec<u8>> {
    let bytes = |line: &Value| {
        let digits = line["datagram_hex"].as_str().expect("it is text");
        hex::decode(digits).expect("it is hex")
    };
    lines(ran).iter().map(bytes).collect()
}

#[test]
fn a_line_says_all_about_a_datagram() {
    let capture = pcap(ETHERNET, &[ethernet(EVENT), ethernet(b"no event")]);
    let ran = import(&capture, &[]).expect_status(0);
    let expected = [
        r#"{"time":"2020-09-13T12:26:40.25Z","from":"udp:192.0.2.1:40000","to":"udp:192.0.2.2:8081","#,
        r#""event":"E_TEST","params":[{"name":"ip","value":"::1"}],"datagram_hex":"455f544553540a69703a3a3a3a310a0a"}"#,
        "\n",
        r#"{"time":"2020-09-13T12:26:41.25Z","from":"udp:192.0.2.1:40000","to":"udp:192.0.2.2:8081","#,
        r#""error":"event name does not end with a line feed, at byte 8","datagram_hex":"6e6f206576656e74"}"#,
        "\n",
    ];
    assert_eq!(ran.stdout, expected.concat());
    assert_eq!(ran.stderr, "evdg: 2 UDP datagrams in 2 packets\n");
}

/// Each line equals the output of a JSON library, whatever bytes the datagram contains.
#[test]
fn lines_are_written_as_json_is() {
    let payloads = [
        &b"E_TEST\n\"\\\t\x01\x7f::\r\x1b/\n\n"[..],
        "E_TEST\nname::\u{e4}\u{2028}\u{1f600}\n\n".as_bytes(),
        b"E_\xff\nn\xff::v\xff\n\n",
        b"\xff\"",
        b"",
    ];
    let capture = pcap(ETHERNET, &payloads.map(ethernet));
    let ran = import(&capture, &[]).expect_status(0);
    assert_eq!(datagrams(&ran), payloads);
    for (line, json) in ran.stdout.lines().zip(lines(&ran)) {
        assert_eq!(line, visible_json(&json.to_string()));
    }
    let event =
        r#"{"jsonrpc":"2.0","method":"E_TEST","params":{"a":-7,"b":null,"c":"\u0000\ud83d"}}"#;
    let capture = pcap(ETHERNET, &[ethernet(event.as_bytes())]);
    let ran = import(&capture, &["--dialect", "jsonrpc"]).expect_status(0);
    assert_eq!(ran.stdout.trim_end(), lines(&ran)[0].to_string());
}

#[test]
fn each_datagram_is_read_in_the_dialect_that_it_looks_like() {
    let rpc = br#"{"jsonrpc":"2.0","method":"E_B","params":{"n":1}}"#;
    let capture = pcap(ETHERNET, &[ethernet(rpc), ethernet(EVENT)]);
    let names = |ran: &Ran| {
        let name = |line: &Value| line["event"].as_str().map(String::from);
        lines(ran).iter().map(name).collect::<Vec<_>>()
    };
    let [b, test] = ["E_B", "E_TEST"].map(|name| Some(name.into()));
    assert_eq!(names(&import(&capture, &[])), [b.clone(), test]);
    let named = import(&capture, &["--dialect", "jsonrpc"]);
    assert_eq!(names(&named), [b, None]);
    // A vector file has one dialect.
    import(&capture, &["--vectors", "mine"])
        .expect_status(0)
        .expect_stderr("evdg: 1 vector, ")
        .expect_stderr("evdg: left out: 1 that look like text: a vector file has one dialect");
}

#[test]
fn a_packet_may_have_no_time() {
    let packet = raw_v4(EVENT);
    let mut capture = pcapng(&[(RAW, packet.clone())], false);
    // A simple packet block.
    let length = 16 + packet.len().next_multiple_of(4);
    let four = |number: usize| u32::try_from(number).expect("it is small").to_le_bytes();
    capture.extend([3, length, packet.len()].into_iter().flat_map(four));
    let start = capture.len();
    capture.extend(packet);
    capture.resize(start + length - 16, 0);
    capture.extend(four(length));
    let ran = import(&capture, &[]).expect_status(0);
    assert!(
        ran.stdout
            .lines()
            .nth(1)
            .expect("two lines")
            .starts_with(r#"{"time":null,"from":"#)
    );
    assert_eq!(datagrams(&ran), [EVENT; 2]);
}

#[test]
fn addresses_are_those_of_each_packet() {
    let packets = [raw_v4(EVENT), raw_v6(EVENT), raw_v6(EVENT), raw_v4(EVENT)];
    let ran = import(&pcap(RAW, &packets), &[]).expect_status(0);
    let lines = lines(&ran);
    let v4 = ["udp:192.0.2.1:40000", "udp:192.0.2.2:8081"];
    let v6 = [
        "udp:[2020:2020:2020:2020:2020:2020:2020:2020]:40000",
        "udp:[3030:3030:3030:3030:3030:3030:3030:3030]:8081",
    ];
    for (line, ends) in lines.iter().zip([v4, v6, v6, v4]) {
        assert_eq!([&line["from"], &line["to"]], ends);
    }
}

#[test]
fn every_kind_of_network_is_read() {
    let kinds: [(u32, Build); 7] = [
        (ETHERNET, ethernet),
        (ETHERNET, two_vlans),
        (NULL, null),
        (RAW, raw_v4),
        (RAW, raw_v6),
        (SLL, sll),
        (SLL2, sll2),
    ];
    for (link, packet) in kinds {
        for payload in [EVENT, b"", b"\xff\0"] {
            let ran = import(&pcap(link, &[packet(payload)]), &[]).expect_status(0);
            assert_eq!(datagrams(&ran), [payload], "{link}");
        }
    }
    // A pcapng file may contain all of them, each on an interface of its own.
    let packets = kinds.map(|(link, packet)| (link, packet(EVENT)));
    for big in [false, true] {
        let ran = import(&pcapng(&packets, big), &[]).expect_status(0);
        assert_eq!(datagrams(&ran), vec![EVENT; packets.len()]);
        assert_eq!(lines(&ran)[1]["time"], "2020-09-13T12:26:40.250000001Z");
    }
}

#[test]
fn only_udp_of_the_port_is_taken() {
    let capture = pcap(ETHERNET, &[tcp(), ethernet(EVENT)]);
    for port in ["8081", "40000"] {
        let ran = import(&capture, &["--port", port]).expect_status(0);
        assert_eq!(datagrams(&ran), [EVENT]);
    }
    let ran = import(&capture, &["--port", "5060"]).expect_status(4);
    ran.expect_stderr("no UDP datagram from or to port 5060 is in it");
    import(&pcap(ETHERNET, &[tcp()]), &[]).expect_status(4);
    let ran = import(&pcap(147, &[ethernet(EVENT)]), &[]).expect_status(4);
    ran.expect_stderr("left out: 1 of a network of an unsupported kind");
}

#[test]
fn fragments_are_reassembled_or_counted() {
    let long = [&b"E_TEST\n"[..], &b"x".repeat(5000), b"\n\n"].concat();
    for fragments in [fragments_v4, |payload: &[u8], size, id| {
        fragments_v6(payload, size, u32::from(id))
    }] {
        let mut packets = fragments(&long, 1480, 7);
        assert!(packets.len() > 3);
        packets.reverse();
        packets.extend(fragments(EVENT, 8, 8));
        let ran = import(&pcap(RAW, &packets), &["--port", "8081"]).expect_status(0);
        assert_eq!(datagrams(&ran), [&long[..], EVENT]);

        packets.remove(1);
        let ran = import(&pcap(RAW, &packets), &[]).expect_status(0);
        assert_eq!(datagrams(&ran), [EVENT]);
        ran.expect_stderr("left out: 1 of which fragments are missing or do not fit");
    }
}

#[test]
fn a_fragment_that_was_captured_again_is_no_lost_datagram() {
    for again in [0, 1, 2] {
        let mut packets = fragments_v4(&EVENT.repeat(3), 24, 7);
        packets.push(packets[again].clone());
        let ran = import(&pcap(RAW, &packets), &[]).expect_status(0);
        assert_eq!(datagrams(&ran), [EVENT.repeat(3)], "{again}");
        assert!(!ran.stderr.contains("left out"), "{}", ran.stderr);
    }
}

#[test]
fn a_packet_of_an_interface_that_was_not_described_is_counted() {
    let packets = [(ETHERNET, ethernet(EVENT)), (RAW, raw_v4(EVENT))];
    for big in [false, true] {
        let mut capture = pcapng(&packets, big);
        // Changes the type of the block that describes the second interface to an unknown one.
        let block = |kind: u32| {
            if big {
                kind.to_be_bytes()
            } else {
                kind.to_le_bytes()
            }
        };
        let description = [block(1), block(32)].concat();
        let places: Vec<_> = memchr::memmem::find_iter(&capture, &description).collect();
        let [_, second] = places[..] else {
            panic!("{places:?}");
        };
        capture[second..second + 4].copy_from_slice(&block(0x77));
        let ran = import(&capture, &[]).expect_status(0);
        assert_eq!(datagrams(&ran), [EVENT]);
        ran.expect_stderr("1 UDP datagram in 2 packets")
            .expect_stderr("left out: 1 of an interface that the capture does not describe");
    }
}

#[test]
fn truncated_datagrams_are_counted_and_never_reported() {
    let packets = [ethernet(b"E\n\n"), ethernet(&EVENT.repeat(10))];
    let ran = import(&pcap_cut(ETHERNET, &packets, 96), &[]).expect_status(0);
    assert_eq!(datagrams(&ran), [b"E\n\n"]);
    ran.expect_stderr("left out: 1 of which the capture holds only the beginning");
    // Packets of other ports are not mentioned.
    let ran = import(&pcap_cut(ETHERNET, &packets, 96), &["--port", "5060"]).expect_status(4);
    assert!(!ran.stderr.contains("beginning"), "{}", ran.stderr);
}

#[test]
fn datagrams_before_the_damage_are_reported() {
    let capture = pcap(ETHERNET, &[ethernet(EVENT), ethernet(EVENT)]);
    let ran = import(&capture[..capture.len() - 1], &[]).expect_status(2);
    assert_eq!(datagrams(&ran), [EVENT]);
    ran.expect_stderr("evdg: -: it ends in the middle of packet 2: it was cut short");

    for garbage in [
        &b""[..],
        b"not a capture, but long enough to be one",
        &capture[..20],
    ] {
        import(garbage, &[])
            .expect_status(2)
            .expect_stderr("it is neither pcap nor pcapng");
    }
    let ran = run(&["vectors", "import", "/no/such/file"]).expect_status(2);
    ran.expect_stderr("/no/such/file");
}

#[test]
fn what_is_imported_can_be_sent_again() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("there is a port");
    socket
        .set_read_timeout(Some(Duration::from_secs(10)))
        .expect("it can be set");
    let name = format!("udp:{}", socket.local_addr().expect("it is bound"));
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("capture.jsonl");
    let ran = import(
        &pcap(ETHERNET, &[ethernet(b"\xff\0"), ethernet(EVENT)]),
        &[],
    );
    fs::write(&file, &ran.stdout).expect("there is room");
    run(&[
        "send",
        &name,
        "--captures",
        file.to_str().expect("it is UTF-8"),
    ])
    .expect_status(0);
    let mut buffer = [0; 100];
    for expected in [b"\xff\0", EVENT] {
        let length = socket.recv(&mut buffer).expect("it comes");
        assert_eq!(&buffer[..length], expected);
    }
}

#[test]
fn what_is_imported_as_vectors_is_sound_and_judges() {
    let payloads: [&[u8]; 9] = [
        EVENT,
        EVENT,
        b"",
        b"no event",
        b"E_A\n2001:db8::1\n\n",
        b"E_B\n\xff\xfe::\"a\nb\\\"\"\n\n",
        b"e.c/\x1b[31m\n\"one line\"\n\n",
        b"E_D\ncut",
        b"E_E\nqval::18446744073709551615\n\n",
    ];
    let packets: Vec<_> = payloads.iter().map(|payload| ethernet(payload)).collect();
    let ran = import(&pcap(ETHERNET, &packets), &["--vectors", "mine"]).expect_status(0);
    assert!(ran.stderr.contains("evdg: 8 vectors"), "{}", ran.stderr);

    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let schema = fs::read(corpus.join("vectors/schema.json")).expect("it is there");
    let schema: Value = serde_json::from_slice(&schema).expect("it is JSON");
    let file: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a JSON Schema");
    let errors = validator.iter_errors(&file).map(|error| error.to_string());
    assert_eq!(errors.collect::<Vec<_>>(), Vec::<String>::new());

    let folder = tempfile::tempdir().expect("there is room");
    let copied = Command::new("cp")
        .arg("-R")
        .arg(&corpus)
        .arg(folder.path())
        .status();
    assert!(copied.expect("cp runs").success());
    let corpus = folder.path().join("corpus");
    fs::write(corpus.join("vectors/text/mine.json"), &ran.stdout).expect("there is room");
    let corpus = corpus.to_str().expect("it is UTF-8");
    run(&["vectors", "check", "--corpus", corpus]).expect_status(0);
    let ran = run(&[
        "test", "--corpus", corpus, "--filter", "mine", "--socket", "unix",
    ]);
    assert!(ran.expect_status(0).stdout.contains("must   8 pass"));
    let rejects = "sed -u 's/.*/{\"error\":\"&\"}/'";
    run(&[
        "test", "--corpus", corpus, "--filter", "mine", "--parser", "--", "sh", "-c", rejects,
    ])
    .expect_status(1);
    import(&pcap(ETHERNET, &[tcp()]), &["--vectors", "Not A Topic"]).expect_status(2);
}

#[test]
fn the_other_dialect_is_imported_alike() {
    let payloads: [&[u8]; 5] = [
        br#"{"jsonrpc":"2.0","method":"E_A","params":{"n":-1,"none":null,"text":"a\nb"}}"#,
        b"{\"jsonrpc\":\"2.0\",\"method\":\"E_B\",\"params\":[\"\xff\"]}",
        br#"{"jsonrpc":"2.0","method":"E_C","params":[true]}"#,
        br#"{"jsonrpc":"2.0","method":7}"#,
        br#"{"method":"E_D"}"#,
    ];
    let packets: Vec<_> = payloads.iter().map(|payload| ethernet(payload)).collect();
    let capture = pcap(ETHERNET, &packets);
    let ran = import(&capture, &["--dialect", "jsonrpc"]).expect_status(0);
    assert_eq!(lines(&ran)[0]["params"][0]["value"], -1);

    // The dialect is that of the first datagram, unless `--dialect` names one.
    let detected = import(&capture, &["--vectors", "mine"]).expect_status(0);
    let file: Value = serde_json::from_str(&detected.stdout).expect("it is JSON");
    assert_eq!(file["dialect"], "jsonrpc");
    let ran = import(&capture, &["--dialect", "jsonrpc", "--vectors", "mine"]).expect_status(0);
    let folder = tempfile::tempdir().expect("there is room");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let copied = Command::new("cp")
        .arg("-R")
        .arg(&corpus)
        .arg(folder.path())
        .status();
    assert!(copied.expect("cp runs").success());
    let corpus = folder.path().join("corpus");
    fs::write(corpus.join("vectors/jsonrpc/mine.json"), &ran.stdout).expect("there is room");
    let corpus = corpus.to_str().expect("it is UTF-8");
    run(&["vectors", "check", "--corpus", corpus]).expect_status(0);
    let args = [
        "test",
        "--corpus",
        corpus,
        "--dialect",
        "jsonrpc",
        "--filter",
        "mine",
        "--parser",
    ];
    assert!(run(&args).expect_status(0).stdout.contains("must   5 pass"));
}

#[test]
fn what_is_left_out_is_counted_with_its_reason() {
    let arp = [&[2; 12][..], &[0x08, 0x06], &[0; 28]].concat();
    let encrypted = [
        &[2; 12][..],
        &[0x08, 0],
        &ipv4(IpNumber::ENCAPSULATING_SECURITY_PAYLOAD, b"x"),
    ];
    let other_port = [&[2; 12][..], &[0x08, 0], &udp_to(5060, EVENT)];
    let packets = [
        ethernet(EVENT),
        tcp(),
        tcp(),
        arp,
        vec![2; 9],
        encrypted.concat(),
        other_port.concat(),
    ];
    let ran = import(&pcap(ETHERNET, &packets), &["--port", "8081"]).expect_status(0);
    assert_eq!(datagrams(&ran), [EVENT]);
    let expected = "\
evdg: 1 UDP datagram in 7 packets
evdg: left out: 1 encrypted
evdg: left out: 1 with a header that is damaged or cut off
evdg: left out: 1 not of IP
evdg: left out: 2 of IP, and not of UDP
evdg: left out: 1 of other ports
";
    assert_eq!(ran.stderr, expected);
    for big in [false, true] {
        let mut capture = pcapng(&[(ETHERNET, ethernet(EVENT))], big);
        capture.extend(obsolete_block(&ethernet(EVENT), big));
        let ran = import(&capture, &[]).expect_status(0);
        ran.expect_stderr("1 UDP datagram in 2 packets").expect_stderr(
            "left out: 1 in obsolete packet blocks of pcapng: convert the capture with `editcap`",
        );
    }
}

#[test]
fn an_anonymized_capture_has_other_words_and_the_same_form() {
    let text = b"E_CALL\nfrom::\"Alice\" <sip:alice@192.0.2.1>\n2001:db8::1\n\n";
    // Long enough that the other words cannot equal the original ones by chance.
    let other = b"E_TEST\nip::2001:db8:1234:5678::9abc\n\n";
    let capture = pcap(ETHERNET, &[ethernet(text), ethernet(other)]);
    let plain = import(&capture, &[]).expect_status(0);
    let ran = import(&capture, &["--anonymize"]).expect_status(0);
    let (before, after) = (lines(&plain), lines(&ran));
    assert_eq!(before[0]["time"], after[0]["time"]);
    assert_eq!(after[0]["event"], "E_CALL");
    assert_eq!(after[0]["params"][0]["name"], "from");
    for (before, after) in before.iter().zip(&after) {
        for member in ["from", "to", "datagram_hex"] {
            assert_ne!(before[member], after[member], "{after}");
        }
    }
    for gone in ["lice", "192.0.2.1", "2001:db8"] {
        assert!(!ran.stdout.contains(gone), "{gone}: {}", ran.stdout);
    }
    // The address of the sender is replaced in the same way in the packet and in the event.
    let sender = after[0]["from"].as_str().expect("it is text");
    let sender = sender["udp:".len()..]
        .split(':')
        .next()
        .expect("it is an address");
    let value = after[0]["params"][0]["value"].as_str().expect("it is text");
    assert!(value.ends_with(&format!("@{sender}>")), "{value} {sender}");
    let ran = import(&capture, &["--anonymize", "--vectors", "mine"]).expect_status(0);
    assert!(!ran.stdout.contains("alice"), "{}", ran.stdout);
}
