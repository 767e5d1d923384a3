//! CSS, read token by token (CSS Syntax Level 3, section 4) and written again from the tokens that a table allows.
//!
//! What has an address beside `url(#…)`, or anything else that isn't known is dropped with its declaration or rule,
//! so that no browser reads another meaning in it. Whether something dropped could hide a part is noted.

use std::borrow::Cow;

use super::hiding;
use super::tables::{
    FUNCTIONS, HTML_ATTRIBUTES, PLAIN_ATTRIBUTES, PRESENTATION, PROPERTIES, SELECTOR_FUNCTIONS, has,
};

/// Most rules of all style sheets of a drawing: a browser holds each against each element.
pub(super) const MAX_RULES: usize = 2_000;
/// Most selectors of all style sheets of a drawing, those of a list each counted.
pub(super) const MAX_SELECTORS: usize = 4_000;
/// Most tokens of a selector: those of programs have a dozen.
const MAX_SELECTOR_TOKENS: usize = 64;
/// How deep brackets may be in each other: browsers parse each by a call within a call, and Chromium's process ends at
/// 7,000 of `:is(`. Programs write three or four.
const MAX_BRACKETS: usize = 16;
/// How deep `@media` may be in another.
const MAX_NESTING: usize = 3;

/// A token, as it stands in the source but for its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// White space and comments.
    Space,
    Ident(&'a str),
    /// A name with `(` behind it.
    Function(&'a str),
    /// A name with `#` before it.
    Hash(&'a str),
    /// A name with `@` before it.
    At(&'a str),
    String(&'a str),
    /// A number with its unit, without its sign.
    Number(&'a str),
    /// `url(#…)`.
    Url(&'a str),
    Delim(char),
    /// `<!--` or `-->`, which mean nothing between rules.
    Sign,
    /// What can't be in a copy.
    Bad,
}

/// A rule of a sheet that is no rule of a sheet within it.
pub(super) struct Rule<'a> {
    /// Whether the copy has it; otherwise it's here since it hides something.
    pub(super) is_written: bool,
    /// Whether it has declarations that could hide something and that the copy hasn't.
    pub(super) loses: bool,
    /// Each with its combinators, without the commas.
    pub(super) selectors: Vec<Vec<Token<'a>>>,
    pub(super) declarations: Vec<Declaration<'a>>,
    /// Whether it holds on some screens only, or is a moment of an animation.
    pub(super) is_conditional: bool,
}

pub(super) struct Declaration<'a> {
    pub(super) property: String,
    pub(super) value: Vec<Token<'a>>,
}

/// A style sheet that may be in a copy.
#[derive(Default)]
pub(super) struct Sheet<'a> {
    /// All its rules, those within others included.
    pub(super) rules: Vec<Rule<'a>>,
    pub(super) text: String,
    /// Whether something would have been loaded from elsewhere.
    pub(super) has_loaded: bool,
    /// Whether it brought fonts.
    pub(super) has_fonts: bool,
    /// Whether rules are left out that could hide something, and nobody knows what.
    pub(super) loses: bool,
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_' || (!c.is_ascii() && c.is_alphanumeric())
}

/// How long the name is that a text begins with, in bytes.
fn name_length(text: &str) -> usize {
    text.find(|c| !is_name(c)).unwrap_or(text.len())
}

fn starts_name(text: &str) -> bool {
    let mut chars = text.chars();
    match chars.next() {
        Some('-') => chars
            .next()
            .is_some_and(|c| is_name(c) && !c.is_ascii_digit()),
        Some(c) => is_name(c) && !c.is_ascii_digit(),
        None => false,
    }
}

/// How long the number is that a text begins with, its unit included, in bytes.
fn number_length(text: &str) -> Option<usize> {
    let digits = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        at + rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len())
    };
    let mut end = digits(0);
    if text.get(end..).is_some_and(|rest| rest.starts_with('.')) && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    }
    if end == 0 {
        return None;
    }
    let rest = text.get(end..).unwrap_or_default();
    let exponent = rest.strip_prefix(['e', 'E']);
    let signed = exponent.and_then(|rest| rest.strip_prefix(['+', '-']));
    if signed.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        end = digits(end + 2);
    }
    let rest = text.get(end..).unwrap_or_default();
    let unit = if rest.starts_with('%') {
        1
    } else {
        name_length(rest)
    };
    Some(end + unit)
}

/// The characters of a quoted text, such as the name of a font.
fn is_quotable(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_alphanumeric() || " -_.,+".contains(c))
}

/// A character for each kind of token that is one.
fn is_delim(c: char) -> bool {
    "{}()[];:,.+-*/>~!%=^$|".contains(c)
}

/// The next token, and what is behind it.
fn next(text: &str) -> Option<(Token<'_>, &str)> {
    let first = text.chars().next()?;
    let from = |at: usize| text.get(at..).unwrap_or_default();
    let to = |at: usize| text.get(..at).unwrap_or_default();
    if first.is_ascii_whitespace() {
        return Some((Token::Space, text.trim_ascii_start()));
    }
    if let Some(comment) = text.strip_prefix("/*") {
        let rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
        return Some((Token::Space, rest));
    }
    if let Some(rest) = text.strip_prefix("<!--").or(text.strip_prefix("-->")) {
        return Some((Token::Sign, rest));
    }
    if let '"' | '\'' = first {
        let inner = from(1);
        let end = inner.find([first, '\n', '\\']).unwrap_or(inner.len());
        let (string, rest) = inner.split_at(end);
        return Some(match rest.strip_prefix(first) {
            Some(rest) if is_quotable(string) => (Token::String(string), rest),
            Some(rest) => (Token::Bad, rest),
            None => (Token::Bad, rest.get(1..).unwrap_or_default()),
        });
    }
    if let Some(length) = number_length(text) {
        return Some((Token::Number(to(length)), from(length)));
    }
    if starts_name(text) {
        let length = name_length(text);
        let (name, rest) = (to(length), from(length));
        let Some(arguments) = rest.strip_prefix('(') else {
            return Some((Token::Ident(name), rest));
        };
        if !name.eq_ignore_ascii_case("url") {
            return Some((Token::Function(name), arguments));
        }
        // Between quotes `)` is a character like any other.
        let inner = arguments.trim_ascii_start();
        let quote = inner.chars().next().filter(|c| matches!(c, '"' | '\''));
        let quoted = quote.and_then(|quote| inner.get(1..)?.find(quote));
        let skipped = arguments.len() - inner.len() + quoted.map_or(0, |end| end + 2);
        let end = arguments.get(skipped..).and_then(|rest| rest.find(')'));
        let end = end.map_or(arguments.len(), |end| skipped + end);
        let (address, rest) = arguments.split_at(end);
        let rest = rest.get(1..).unwrap_or_default();
        let address = address.trim_ascii();
        let quote = |quote| address.strip_prefix(quote)?.strip_suffix(quote);
        let address = quote('"').or_else(|| quote('\'')).unwrap_or(address);
        let id = address.trim_ascii().strip_prefix('#');
        return Some(match id.filter(|id| is_id(id)) {
            Some(id) => (Token::Url(id), rest),
            None => (Token::Bad, rest),
        });
    }
    if let '#' | '@' = first {
        let rest = from(1);
        let length = name_length(rest);
        let name = rest.get(..length).unwrap_or_default();
        let token = match first {
            _ if name.is_empty() => Token::Bad,
            '#' => Token::Hash(name),
            _ => Token::At(name),
        };
        return Some((token, from(1 + length)));
    }
    let token = if is_delim(first) {
        Token::Delim(first)
    } else {
        Token::Bad
    };
    Some((token, from(first.len_utf8())))
}

/// Whether a text can name an element that others refer to.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 256
        && text
            .chars()
            .all(|c| is_name(c) || " ()&.:;,+=[]{}~!$*@|^".contains(c))
        // What is like an address is none, whoever reads it.
        && !(text.contains('(') && text.to_ascii_lowercase().contains("url"))
}

/// A text with the characters of names that it has as escapes, as CSS allows everywhere. Other escapes stay, and are
/// what can't be in a copy; so do digits and hyphens that begin a name, which without the escape would be a number.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        out.push_str(before);
        let digits = escape
            .find(|c: char| !c.is_ascii_hexdigit())
            .unwrap_or(escape.len())
            .min(6);
        let (code, behind) = escape.split_at(digits);
        let (decoded, behind) = if digits == 0 {
            let mut chars = escape.chars();
            (chars.next(), chars.as_str())
        } else {
            let code = u32::from_str_radix(code, 16).ok();
            let space = behind.strip_prefix("\r\n");
            let space = space.or_else(|| behind.strip_prefix(|c: char| c.is_ascii_whitespace()));
            (code.and_then(char::from_u32), space.unwrap_or(behind))
        };
        let is_within = out.ends_with(is_name);
        let decoded =
            decoded.filter(|&c| is_name(c) && (is_within || !(c.is_ascii_digit() || c == '-')));
        if let Some(c) = decoded {
            out.push(c);
            rest = behind;
        } else {
            out.push('\\');
            rest = escape;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// All tokens of a text.
pub(super) fn tokens(mut text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    while let Some((token, rest)) = next(text) {
        if token != Token::Space || tokens.last() != Some(&Token::Space) {
            tokens.push(token);
        }
        text = rest;
    }
    tokens
}

pub(super) fn trimmed<'t, 'a>(mut tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    while let [Token::Space, rest @ ..] | [rest @ .., Token::Space] = tokens {
        tokens = rest;
    }
    tokens
}

/// Writes tokens as a browser reads them.
pub(super) fn write(tokens: &[Token<'_>], out: &mut String) {
    for token in trimmed(tokens) {
        match *token {
            Token::Space => out.push(' '),
            Token::Ident(text) | Token::Number(text) => out.push_str(text),
            Token::Function(name) => out.extend([name, "("]),
            Token::Hash(name) => out.extend(["#", name]),
            Token::At(name) => out.extend(["@", name]),
            Token::String(text) => out.extend(["'", text, "'"]),
            // Quoted, since not all that may name an element may be in an address without quotes.
            Token::Url(id) => out.extend(["url('#", id, "')"]),
            Token::Delim(c) => out.push(c),
            Token::Sign | Token::Bad => {}
        }
    }
}

/// Whether each bracket has its other half, and they aren't too deep in each other.
fn is_balanced(tokens: &[Token<'_>]) -> bool {
    let mut open = Vec::new();
    tokens.iter().all(|token| match token {
        Token::Function(_) | Token::Delim('(') => {
            open.push(')');
            open.len() <= MAX_BRACKETS
        }
        Token::Delim('[') => {
            open.push(']');
            open.len() <= MAX_BRACKETS
        }
        Token::Delim(c @ (')' | ']')) => open.pop() == Some(*c),
        _ => true,
    }) && open.is_empty()
}

/// The selectors of a list.
pub(super) fn list<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut open = 0_usize;
    let parts = tokens.split(|token| {
        match token {
            Token::Function(_) | Token::Delim('(' | '[') => open += 1,
            Token::Delim(')' | ']') => open = open.saturating_sub(1),
            _ => {}
        }
        open == 0 && *token == Token::Delim(',')
    });
    parts.map(trimmed).collect()
}

/// Whether a value is one that a copy may have.
fn is_value(tokens: &[Token<'_>]) -> bool {
    let is_known = |token: &Token<'_>| match *token {
        Token::Function(name) => has(FUNCTIONS, &name.to_ascii_lowercase()),
        Token::Delim(c) => "()!,/+-*".contains(c),
        Token::At(_) | Token::Sign | Token::Bad => false,
        _ => true,
    };
    !tokens.is_empty() && tokens.iter().all(is_known) && is_balanced(tokens)
}

/// Whether a text of CSS names something in another file.
pub(super) fn loads(text: &str) -> bool {
    let mut addresses = text.split("url(").skip(1);
    addresses.any(|address| {
        let address = address.trim_ascii_start();
        let address = address.trim_start_matches(['"', '\'']).trim_ascii_start();
        !address.starts_with('#')
    })
}

/// The value of an attribute that is a property of CSS, if a copy may have it.
pub(super) fn value(text: &str) -> Option<String> {
    let text = unescaped(text);
    let tokens = tokens(&text);
    let tokens = trimmed(&tokens);
    is_value(tokens).then(|| {
        let mut out = String::new();
        write(tokens, &mut out);
        out
    })
}

fn is_property(name: &str) -> bool {
    let plain = name.strip_prefix("-webkit-").unwrap_or(name);
    name.starts_with("--") || has(PRESENTATION, plain) || has(PROPERTIES, plain)
}

/// The name and the value of what is declared.
pub(super) fn declared<'t, 'a>(part: &'t [Token<'a>]) -> Option<(&'a str, &'t [Token<'a>])> {
    let [Token::Ident(name), rest @ ..] = trimmed(part) else {
        return None;
    };
    let [Token::Delim(':'), value @ ..] = trimmed(rest) else {
        return None;
    };
    Some((name, trimmed(value)))
}

/// A declaration, if a copy may have it.
pub(super) fn allowed<'a>(part: &[Token<'a>]) -> Option<Declaration<'a>> {
    let (name, value) = declared(part)?;
    let property = if name.starts_with("--") {
        name.to_owned()
    } else {
        name.to_ascii_lowercase()
    };
    (is_property(&property) && is_value(value)).then(|| Declaration {
        property,
        value: value.to_vec(),
    })
}

/// The declarations of a block or of an attribute `style` that a copy may have.
pub(super) fn declarations<'a>(tokens: &[Token<'a>]) -> Vec<Declaration<'a>> {
    let parts = tokens.split(|token| *token == Token::Delim(';'));
    parts.filter_map(allowed).collect()
}

/// Writes declarations.
pub(super) fn write_declarations(declarations: &[Declaration<'_>], out: &mut String) {
    for (at, declaration) in declarations.iter().enumerate() {
        if at > 0 {
            out.push(';');
        }
        out.extend([&declaration.property, ":"]);
        write(&declaration.value, out);
    }
}

fn is_selector(tokens: &[Token<'_>]) -> bool {
    if tokens.is_empty() || tokens.len() > MAX_SELECTOR_TOKENS || !is_balanced(tokens) {
        return false;
    }
    let mut open = 0_usize;
    let mut rest = tokens;
    while let [token, behind @ ..] = rest {
        rest = behind;
        let is_known = match *token {
            Token::Space | Token::Ident(_) | Token::Hash(_) | Token::Number(_) => true,
            Token::Function(name) => {
                open += 1;
                has(SELECTOR_FUNCTIONS, name)
            }
            Token::Delim(',') => open > 0,
            Token::Delim(')') => {
                open = open.saturating_sub(1);
                true
            }
            Token::Delim('[') => {
                let end = behind.iter().position(|token| *token == Token::Delim(']'));
                let (asked, behind) = behind.split_at(end.unwrap_or(behind.len()));
                rest = behind.get(1..).unwrap_or_default();
                attribute(asked).is_some_and(|(name, ..)| is_kept(name))
            }
            Token::Delim(c) => ".>+~*:-".contains(c),
            _ => false,
        };
        if !is_known {
            return false;
        }
    }
    true
}

/// What a selector asks of an attribute: its name, how it is held against a value, and that value.
pub(super) type Asked<'a> = (&'a str, Option<(char, &'a str)>);

/// What stands between the brackets of a selector of attributes.
pub(super) fn attribute<'a>(tokens: &[Token<'a>]) -> Option<Asked<'a>> {
    let tokens: Vec<_> = tokens
        .iter()
        .filter(|&&token| token != Token::Space)
        .collect();
    match *tokens.as_slice() {
        [&Token::Ident(name)] => Some((name, None)),
        [
            &Token::Ident(name),
            &Token::Delim('='),
            &(Token::Ident(value) | Token::String(value)),
        ] => Some((name, Some(('=', value)))),
        [
            &Token::Ident(name),
            &Token::Delim(how @ ('~' | '|' | '^' | '$' | '*')),
            &Token::Delim('='),
            &(Token::Ident(value) | Token::String(value)),
        ] => Some((name, Some((how, value)))),
        _ => None,
    }
}

/// Whether an attribute is one that a copy has as it was.
fn is_kept(attribute: &str) -> bool {
    matches!(attribute, "class" | "id")
        || [HTML_ATTRIBUTES, PLAIN_ATTRIBUTES, PRESENTATION]
            .iter()
            .any(|table| has(table, attribute))
}

/// A share of an animation's time.
fn is_moment(tokens: &[Token<'_>]) -> bool {
    matches!(tokens, [Token::Ident("from" | "to") | Token::Number(_)])
}

/// What `@media` asks.
fn is_query(tokens: &[Token<'_>]) -> bool {
    let is_known = |token: &Token<'_>| match token {
        Token::Space | Token::Ident(_) | Token::Number(_) => true,
        Token::Delim(c) => "():,./>=".contains(*c),
        _ => false,
    };
    tokens.iter().all(is_known) && is_balanced(tokens)
}

/// Where a rule stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Sheet,
    Media,
    /// `@media` that always holds.
    Always,
    Keyframes,
}

/// What comes before the first `;` or block, whether that is a block, its content, and what is behind it.
type Head<'t, 'a> = (&'t [Token<'a>], Option<&'t [Token<'a>]>, &'t [Token<'a>]);

fn head<'t, 'a>(tokens: &'t [Token<'a>], ends_at_semicolon: bool) -> Head<'t, 'a> {
    let is_end = |token: &Token<'_>| match token {
        Token::Delim('{') => true,
        Token::Delim(';') => ends_at_semicolon,
        _ => false,
    };
    let Some(at) = tokens.iter().position(is_end) else {
        return (tokens, None, &[]);
    };
    let (before, rest) = tokens.split_at(at);
    let Some((Token::Delim('{'), block)) = rest.split_first() else {
        return (before, None, rest.get(1..).unwrap_or_default());
    };
    let mut open = 1_usize;
    let end = block.iter().position(|token| {
        match token {
            Token::Delim('{') => open += 1,
            Token::Delim('}') => open -= 1,
            _ => {}
        }
        open == 0
    });
    let end = end.unwrap_or(block.len());
    let (content, rest) = block.split_at(end);
    (before, Some(content), rest.get(1..).unwrap_or_default())
}

impl<'a> Sheet<'a> {
    /// Reads a style sheet, which holds where `media` says.
    pub(super) fn read(text: &'a str, media: &'a str) -> Self {
        let read = tokens(text);
        let mut sheet = Self {
            has_loaded: read
                .iter()
                .any(|token| matches!(token, Token::At("import"))),
            ..Self::default()
        };
        if media.is_empty() {
            sheet.rules_of(&read, Within::Sheet, 0);
        } else {
            sheet.at_rule("media", trimmed(&tokens(media)), &read, (Within::Sheet, 0));
        }
        sheet
    }

    fn rules_of(&mut self, mut tokens: &[Token<'a>], within: Within, depth: usize) {
        loop {
            while let [
                Token::Space | Token::Sign | Token::Delim(';' | '}'),
                rest @ ..,
            ] = tokens
            {
                tokens = rest;
            }
            let Some(first) = tokens.first() else { return };
            if let Token::At(name) = *first {
                let behind = tokens.get(1..).unwrap_or_default();
                let (query, block, rest) = head(behind, true);
                tokens = rest;
                if let Some(block) = block {
                    self.at_rule(name, trimmed(query), block, (within, depth));
                }
            } else {
                let (selectors, block, rest) = head(tokens, false);
                tokens = rest;
                if let Some(block) = block {
                    self.rule(selectors, block, within);
                }
            }
        }
    }

    fn at_rule(
        &mut self,
        name: &str,
        query: &[Token<'a>],
        block: &[Token<'a>],
        (within, depth): (Within, usize),
    ) {
        let is_always = matches!(query, [] | [Token::Ident("all")]) && within != Within::Media;
        let inner = match (name, query) {
            ("font-face", _) => {
                self.has_fonts = true;
                return;
            }
            ("media", _) if is_query(query) && depth < MAX_NESTING && is_always => Within::Always,
            ("media", _) if is_query(query) && depth < MAX_NESTING => Within::Media,
            ("keyframes", [Token::Ident(_)]) => Within::Keyframes,
            _ => {
                // An animation that doesn't run hides nothing.
                self.loses |= !name.ends_with("keyframes") && hiding::is_within(block);
                return;
            }
        };
        if within == Within::Keyframes {
            return;
        }
        let before = self.text.len();
        self.text.extend(["@", name, " "]);
        write(query, &mut self.text);
        self.text.push_str("{\n");
        let empty = self.text.len();
        self.rules_of(block, inner, depth + 1);
        if self.text.len() == empty {
            self.text.truncate(before);
        } else {
            self.text.push_str("}\n");
        }
    }

    fn rule(&mut self, selectors: &[Token<'a>], block: &[Token<'a>], within: Within) {
        let is_allowed = match within {
            Within::Keyframes => is_moment,
            _ => is_selector,
        };
        let (kept, others): (Vec<_>, Vec<_>) = list(selectors)
            .into_iter()
            .map(<[_]>::to_vec)
            .partition(|selector| is_allowed(selector));
        let declarations = declarations(block);
        let loses = within != Within::Keyframes && hiding::is_lost(block);
        let is_conditional = matches!(within, Within::Media | Within::Keyframes);
        let is_written = !declarations.is_empty() && !kept.is_empty();
        if within != Within::Keyframes && !others.is_empty() && (loses || hiding::is_within(block))
        {
            self.rules.push(Rule {
                is_written: false,
                loses,
                selectors: others,
                declarations: self::declarations(block),
                is_conditional,
            });
        }
        if is_written {
            for (at, selector) in kept.iter().enumerate() {
                self.text.push_str(if at > 0 { "," } else { "" });
                write(selector, &mut self.text);
            }
            self.text.push('{');
            write_declarations(&declarations, &mut self.text);
            self.text.push_str("}\n");
        }
        if is_written || loses {
            self.rules.push(Rule {
                is_written,
                loses,
                selectors: kept,
                declarations,
                is_conditional,
            });
        }
    }
}
