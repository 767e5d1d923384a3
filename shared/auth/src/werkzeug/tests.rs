use super::*;

const PASSWORD: &str = "correct horse Zoë";

/// Made by Werkzeug 3.1.3 itself: `generate_password_hash(PASSWORD, method)`; those without a count
/// by Python's `hashlib` with 1,000,000 iterations, which `check_password_hash` takes.
const HASHES: &[&str] = &[
    "scrypt:1024:8:1$sam2Mdbut1LRQw41$3fffd29846408e4473cc8c451c0407bc6fcacce995737342d075010008b1430f14c74f556ce4dcec0c59dd6c08258d1c9e9595f5648875796e9afdf099d6c8df",
    "scrypt:32768:8:1$n5n7WXbLqH2Mkf3p$01ce073795b083a63382da01b95d3473d4595375ea1b92eb0de9b9be8e419b10978956ad6b6c0e5983d97df257b219faff55a6ca34933721c8470eb725ed1c96",
    "pbkdf2:sha256:1000$PWqSyhbZrLes5K3e$393b7fa5c0928a4edb29434cbe810a8152be24da6c0658546b1f3f52dea0d04c",
    "pbkdf2:sha256:600000$peV19d4DBBxYDbR5$f26284e59d8aa3052919d1766c3268c7f85e6bdb602b4d4a1657d58c6eeb0bd2",
    "pbkdf2:sha512:1000$RhkYJTgIAqBpuZoa$a267722aec44c17426535671ffe1c5dd704065d0538624770b509375e927edd83945f268a1117dc5869d215cc5d758b78d4f81a4b0ca159130636dc71e722e62",
    "pbkdf2:sha256$AbCdEfGh12345678$c6095d4623e0bdd37a55488e3dd51b94d6335292353aaea9d2090f41d766a0f7",
    "pbkdf2:sha512$AbCdEfGh12345678$a9fc215dc7fb48dae81b82b44e5f4f072d0474e4a9f5ec28c77071478922318f7239946cab0545a68b06277f045ad13a925a267659c62e95a85d81980db4e177",
];

#[test]
fn werkzeug_s_own_hashes_are_verified() {
    for stored in HASHES {
        let hash = WerkzeugHash::parse(stored).unwrap();
        assert!(hash.is_of(PASSWORD.as_bytes()), "{stored}");
        assert!(!hash.is_of(b"correct horse Zoe"), "{stored}");
    }
}

#[test]
fn what_werkzeug_doesn_t_write_is_refused() {
    let key = "ab".repeat(64);
    for stored in [
        String::new(),
        "scrypt".to_owned(),
        "scrypt:1024:8:1$salt".to_owned(),
        format!("scrypt:1024:8:1${key}"),
        format!("scrypt:1024:8:1$$${key}"),
        format!("scrypt:1024:8:1$$${key}$"),
        format!("scrypt:1024:8:1$${key}"),
        format!("scrypt:1024:8:1$salt${key}00"),
        format!("scrypt:1024:8:1$salt${}", &key[2..]),
        format!("scrypt:1024:8:1$salt${}", key.replace('b', "g")),
        format!("scrypt:1024:8$salt${key}"),
        format!("scrypt:1024:8:1:1$salt${key}"),
        format!("scrypt:1023:8:1$salt${key}"),
        format!("scrypt:1:8:1$salt${key}"),
        format!("scrypt:0:8:1$salt${key}"),
        format!("scrypt:+1024:8:1$salt${key}"),
        format!("scrypt:-1024:8:1$salt${key}"),
        format!("scrypt: 1024:8:1$salt${key}"),
        format!("scrypt:1024:0:1$salt${key}"),
        format!("scrypt:1024:8:0$salt${key}"),
        format!("pbkdf2:md5:1000$salt${}", "ab".repeat(16)),
        format!("pbkdf2:sha1:1000$salt${}", "ab".repeat(20)),
        format!("pbkdf2:sha256:0$salt${}", "ab".repeat(32)),
        format!("pbkdf2:sha256:$salt${}", "ab".repeat(32)),
        format!("pbkdf2:sha256:1000${}${}", "s".repeat(300), "ab".repeat(32)),
        "plain$$secret".to_owned(),
    ] {
        assert!(WerkzeugHash::parse(&stored).is_none(), "{stored}");
    }
}

/// A stored hash can't make a login take minutes or gigabytes.
#[test]
fn costs_are_bounded() {
    let key = "ab".repeat(64);
    for (method, taken) in [
        ("scrypt:131072:8:1", true),
        ("scrypt:262144:8:1", false),
        ("scrypt:32768:8:4", true),
        ("scrypt:32768:8:5", false),
        ("scrypt:2147483648:1:1", false),
        ("scrypt:4294967296:1:1", false),
        ("scrypt:2:4294967295:4294967295", false),
        ("scrypt:2:524288:1", true),
        ("pbkdf2:sha512:2000000", true),
        ("pbkdf2:sha512:2000001", false),
        ("pbkdf2:sha512:4294967296", false),
    ] {
        let stored = format!("{method}$salt${key}");
        assert_eq!(WerkzeugHash::parse(&stored).is_some(), taken, "{method}");
    }
}
