//! Bodies before and after, rule by rule.
