//! What hides a part of a drawing, told of declarations that its copy can't have.

use super::css::{self, Token};

/// The least number of pixels to the right or below that nobody sees.
const FAR: f64 = 1_000.0;
/// The number of pixels to the left or above from which on nobody sees.
const BEFORE: f64 = -20.0;
/// The greatest share of an element's opacity or size at which nobody sees it.
const NOTHING: f64 = 0.02;

/// Numbers of a value, each with its sign and its unit.
pub(super) fn numbers<'a>(value: &'a [Token<'_>]) -> impl Iterator<Item = (f64, &'a str)> {
    let before = std::iter::once(None).chain(value.iter().map(Some));
    value.iter().zip(before).filter_map(|(token, before)| {
        let Token::Number(text) = *token else {
            return None;
        };
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let number: f64 = number.parse().ok()?;
        let is_negative = before == Some(&Token::Delim('-'));
        Some((if is_negative { -number } else { number }, unit))
    })
}

/// Whether the arguments of one of a value's functions, whose name begins so, are as `is_so` says.
fn has_function(value: &[Token<'_>], name: &str, is_so: impl Fn(f64) -> bool) -> bool {
    value.iter().enumerate().any(|(at, token)| {
        let is_meant =
            matches!(token, Token::Function(of) if of.to_ascii_lowercase().starts_with(name));
        let arguments = value.get(at + 1..).unwrap_or_default();
        let arguments = arguments
            .split(|token| *token == Token::Delim(')'))
            .next()
            .unwrap_or_default();
        is_meant && numbers(arguments).any(|(number, _)| is_so(number))
    })
}

fn is_nothing(number: f64) -> bool {
    number <= NOTHING
}

fn is_far((number, unit): (f64, &str)) -> bool {
    let is_share = unit == "%" || unit.starts_with('v');
    number <= BEFORE || number >= FAR || (is_share && number >= 100.0)
}

/// Whether a declaration could hide an element.
pub(super) fn hides(property: &str, value: &[Token<'_>]) -> bool {
    let property = property.to_ascii_lowercase();
    let plain = ["-webkit-", "-moz-"]
        .iter()
        .find_map(|prefix| property.strip_prefix(prefix))
        .unwrap_or(&property);
    let says = |word: &str| {
        value
            .iter()
            .any(|token| matches!(token, Token::Ident(said) if said.eq_ignore_ascii_case(word)))
    };
    let has_functions = value
        .iter()
        .any(|token| matches!(token, Token::Function(_)));
    let is_bad = value.contains(&Token::Bad);
    let is_unclear = has_functions || is_bad;
    match plain {
        "display" => says("none") || is_unclear,
        "visibility" | "content-visibility" => says("hidden") || says("collapse") || is_unclear,
        "opacity" | "fill-opacity" | "zoom" | "scale" | "font-size" => {
            numbers(value).any(|(number, _)| is_nothing(number)) || is_unclear
        }
        "font" => numbers(value)
            .next()
            .is_some_and(|(number, _)| is_nothing(number)),
        // A shape that is in another file hides nothing, since that isn't loaded.
        "clip" | "clip-path" | "mask" | "mask-image" | "mask-box-image" => {
            has_functions || value.iter().any(|token| matches!(token, Token::Url(_)))
        }
        "transform" => {
            has_function(value, "scale", is_nothing)
                || (has_function(value, "matrix", |number| number.abs() > NOTHING)
                    && numbers(value)
                        .next()
                        .is_some_and(|(number, _)| number.abs() <= NOTHING))
                || has_function(value, "translate", |number| is_far((number, "")))
                || is_bad
        }
        "filter" => has_function(value, "opacity", is_nothing),
        // Of a property of one's own, whose value is used somewhere.
        "initial-value" => says("none") || says("hidden") || says("collapse"),
        _ => false,
    }
}

/// Whether declarations put an element where nobody sees it.
fn puts_away(declared: &[(&str, &[Token<'_>])]) -> bool {
    let is = |name: &str, property: &str| name.eq_ignore_ascii_case(property);
    let is_placed = declared.iter().any(|(name, value)| {
        is(name, "position")
            && value.iter().any(|token| {
                matches!(token, Token::Ident(word)
                    if word.eq_ignore_ascii_case("absolute") || word.eq_ignore_ascii_case("fixed"))
            })
    });
    is_placed
        && declared.iter().any(|(name, value)| {
            let is_side = [
                "left",
                "top",
                "right",
                "bottom",
                "inset",
                "margin-left",
                "margin-top",
            ]
            .iter()
            .any(|side| is(name, side));
            let is_clipped = is(name, "clip") || is(name, "clip-path");
            (is_side
                && (numbers(value).any(is_far)
                    || value
                        .iter()
                        .any(|token| matches!(token, Token::Function(_)))))
                || (is_clipped && hides(name, value))
        })
}

/// Whether a block or an attribute `style` has something that could hide an element and that a copy hasn't.
pub(super) fn is_lost(tokens: &[Token<'_>]) -> bool {
    let parts = || tokens.split(|token| *token == Token::Delim(';'));
    let declared: Vec<_> = parts().filter_map(css::declared).collect();
    puts_away(&declared)
        || parts().any(|part| {
            if css::allowed(part).is_some() {
                return false;
            }
            if part.contains(&Token::Delim('{')) {
                return is_within(part);
            }
            css::declared(part).map_or_else(
                || {
                    // A name that can't be read may be any.
                    let colon = part.iter().position(|token| *token == Token::Delim(':'));
                    let name = part.get(..colon.unwrap_or(0)).unwrap_or_default();
                    name.contains(&Token::Bad)
                },
                |(name, value)| hides(name, value),
            )
        })
}

/// Whether a declaration anywhere in a block, or in blocks within it, could hide an element.
pub(super) fn is_within(tokens: &[Token<'_>]) -> bool {
    let blocks = tokens.split(|token| matches!(token, Token::Delim('{' | '}')));
    blocks.into_iter().any(|block| {
        let parts = block.split(|token| *token == Token::Delim(';'));
        let declared: Vec<_> = parts.filter_map(css::declared).collect();
        is_lost(block)
            || puts_away(&declared)
            || declared.iter().any(|(name, value)| hides(name, value))
    })
}
