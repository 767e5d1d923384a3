//! stub
pub mod password {
    pub const MAX_PASSWORD_CODE_POINTS: usize = 1024;
    pub struct Password(());
    impl Password {
        pub fn new(_raw: &str) -> Self {
            Self(())
        }
    }
    #[derive(Debug)]
    pub struct Rules;
    #[derive(Debug, thiserror::Error)]
    #[error("x")]
    pub struct E;
    impl Rules {
        pub fn new(_m: usize) -> Result<Self, E> {
            Ok(Self)
        }
        pub fn check(&self, _p: &Password, _x: &[&str]) -> Result<(), E> {
            Ok(())
        }
    }
    pub fn hash(_p: &Password, _s: [u8; 16]) -> Result<String, E> {
        Err(E)
    }
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Verdict {
        Wrong,
        Right,
        RightButOutdated,
    }
    pub fn verify(_p: &Password, _s: Option<&str>) -> Verdict {
        Verdict::Wrong
    }
}
pub mod token {
    use crate::password::E;
    pub struct KeyRing;
    impl KeyRing {
        pub fn parse(_j: &str) -> Result<Self, E> {
            Ok(Self)
        }
    }
    #[derive(Debug)]
    pub struct Tokens;
    pub struct Claims {
        pub sub: String,
        pub ver: u64,
    }
    impl Tokens {
        pub fn new(_r: KeyRing, _i: &str, _a: &str, _t: u64) -> Self {
            Self
        }
        pub fn ttl_seconds(&self) -> u64 {
            0
        }
        pub fn issue(&self, _m: &str, _v: u64, _n: u64, _j: [u8; 16]) -> Result<String, E> {
            Err(E)
        }
        pub fn verify(&self, _t: &str, _n: u64) -> Result<Claims, E> {
            Err(E)
        }
    }
}
