//! MDX: imports and exports go, components leave what they hold, and boxes among them are callouts.

use std::collections::HashSet;
use std::ops::Range;

use memchr::memmem;

use super::callout::{self, Boxed, has_line};
use super::page::{Page, plain};
use crate::diagnostics::{Code, Warnings};
use crate::markdown::edits::Splice;

/// Longest tag of a component, in bytes.
const MAX_BYTES: usize = 1024;
/// How comments begin in such code.
const COMMENTS: [&str; 2] = [" //", "\n//"];
/// Most components in each other.
const MAX_DEPTH: usize = 8;
/// How lines begin that are code in MDX.
const STATEMENTS: [&str; 7] = [
    "import ",
    "export const ",
    "export default ",
    "export function ",
    "export let ",
    "export {",
    "export async ",
];
/// What all of these begin with.
const MARKS: [&str; 2] = ["import ", "export "];

pub(super) fn rewrite(page: &Page<'_, '_>, splice: &mut Splice, warnings: &mut Warnings) {
    let source = page.document.source;
    let tags = tags(page);
    let used: HashSet<&str> = tags.iter().map(|tag| tag.name).collect();
    let has_statements = MARKS.iter().any(|mark| page.document.has(mark));
    let statements = if has_statements {
        statements(page, &used)
    } else {
        Vec::new()
    };
    let is_mdx = !statements.is_empty();
    for block in statements {
        tell(source, &block, warnings);
        splice.delete(block);
    }
    if is_mdx {
        expressions(page, &tags, splice, warnings);
    }
    let ends = tags.iter().filter(|tag| tag.closes);
    let ended: HashSet<&str> = ends.map(|tag| tag.name).collect();
    let mut open: Vec<&Tag<'_>> = Vec::new();
    for tag in &tags {
        if tag.closes {
            let opener = open.iter().rposition(|opened| opened.name == tag.name);
            let inner = opener.map(|at| open.split_off(at)).unwrap_or_default();
            if let Some(opener) = inner.first() {
                pair(page, opener, tag, splice, warnings);
            }
        } else if !tag.is_self_closing() {
            // What nothing ends holds nothing.
            if ended.contains(tag.name) {
                if open.len() == MAX_DEPTH {
                    open.remove(0);
                }
                open.push(tag);
            }
        } else if tag.has_code {
            tell(source, &tag.range, warnings);
            splice.delete(tag.range.clone());
        }
    }
}

/// Tells of code up to its first comment, which is quoted nowhere.
fn tell(source: &str, range: &Range<usize>, warnings: &mut Warnings) {
    let text = source.get(range.clone()).unwrap_or_default();
    let comments = COMMENTS.iter().filter_map(|sign| text.find(sign));
    let end = comments.min().unwrap_or(text.len());
    let shown = text.get(..end).unwrap_or_default().trim_end();
    warnings.add(Code::ForeignSyntax, range.start, shown);
}

/// `{props.x}` shows what isn't in the document, and `{"text"}` the text.
fn expressions(
    page: &Page<'_, '_>,
    tags: &[Tag<'_>],
    splice: &mut Splice,
    warnings: &mut Warnings,
) {
    let source = page.document.source;
    for at in page.prose.find("{") {
        let piece = callout::piece(source, at + 1);
        let Some((inside, _)) = piece.split_once('}') else {
            continue;
        };
        let later = tags.partition_point(|tag| tag.range.end <= at);
        let is_in_tag = tags.get(later).is_some_and(|tag| tag.range.start <= at);
        if is_in_tag
            || inside.starts_with([':', '#', '.', '%', '{', '=', '/'])
            || inside.contains('{')
        {
            continue;
        }
        let range = at..at + inside.len() + 2;
        let text = inside.trim();
        let text = ['"', '\'', '`']
            .iter()
            .find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
        if text.is_none() {
            // What it would show under a condition isn't quoted.
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | ' ');
            let name = inside.find(|c| !is_name(c)).unwrap_or(inside.len());
            tell(source, &(at..at + 1 + name), warnings);
        }
        splice.replace(range, text.unwrap_or_default());
    }
}

/// A component's tag: `<Tabs items={["a"]}>`.
#[derive(Debug)]
struct Tag<'a> {
    range: Range<usize>,
    name: &'a str,
    attributes: &'a str,
    closes: bool,
    /// Whether it holds an expression, so that HTML takes it for no tag.
    has_code: bool,
}

impl<'a> Tag<'a> {
    fn attribute(&self, name: &str) -> Option<&'a str> {
        let at = self.attributes.find(&format!("{name}=\""))?;
        let value = self.attributes.get(at + name.len() + 2..)?;
        value.split_once('"').map(|(value, _)| value)
    }

    fn is_self_closing(&self) -> bool {
        self.attributes.ends_with('/')
    }

    fn title(&self) -> Option<&'a str> {
        self.attribute("title").or_else(|| self.attribute("label"))
    }
}

/// The tags of components: their names begin with a capital letter, and Notion's `<aside>` is one, too.
fn tags<'a>(page: &Page<'a, '_>) -> Vec<Tag<'a>> {
    let source = page.document.source;
    let mut tags = Vec::new();
    let mut position = 0;
    for at in page.angles.iter().copied() {
        if at < position {
            continue;
        }
        if let Some(tag) = read(source, at).filter(|_| page.may_be_tag(at)) {
            position = tag.range.end;
            tags.push(tag);
        }
    }
    tags
}

fn read(source: &str, at: usize) -> Option<Tag<'_>> {
    let rest = source.get(at + 1..)?;
    let closes = rest.starts_with('/');
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    if !rest.starts_with(|first: char| first.is_ascii_uppercase() || first == 'a') {
        return None;
    }
    let length = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"._".contains(byte))
        .count();
    let (name, rest) = rest.split_at_checked(length)?;
    if !(name.starts_with(|first: char| first.is_ascii_uppercase()) || name == "aside") {
        return None;
    }
    if !rest.starts_with([' ', '\n', '\t', '/', '>']) {
        return None;
    }
    let mut depth = 0_usize;
    let mut quote = None;
    let mut has_code = false;
    let mut end = None;
    for (offset, byte) in rest.bytes().enumerate().take(MAX_BYTES) {
        match (byte, quote) {
            (_, Some(mark)) if byte == mark => quote = None,
            (b'"' | b'\'', None) => quote = Some(byte),
            (b'{', None) => {
                depth += 1;
                has_code = true;
            }
            (b'}', None) => depth = depth.checked_sub(1)?,
            (b'<', None) if depth == 0 => return None,
            (b'>', None) if depth == 0 => {
                end = Some(offset);
                break;
            }
            _ => {}
        }
    }
    let attributes = rest.get(..end?)?;
    if attributes.contains("\n\n")
        || !(attributes.is_empty() || attributes.starts_with([' ', '\n', '/', '\t']))
    {
        return None;
    }
    let range = at..at + 1 + usize::from(closes) + length + end? + 1;
    Some(Tag {
        range,
        name,
        attributes,
        closes,
        has_code,
    })
}

/// A box that has its lines for itself is a callout; of what else has a title that stays, and what is no HTML goes.
fn pair(
    page: &Page<'_, '_>,
    open: &Tag<'_>,
    close: &Tag<'_>,
    splice: &mut Splice,
    warnings: &mut Warnings,
) {
    let source = page.document.source;
    let kind = open.attribute("type").or_else(|| open.attribute("kind"));
    let kind = kind
        .and_then(callout::kind)
        .or_else(|| callout::kind(open.name));
    let is_html = matches!(open.name, "Details" | "Summary");
    let has_lines = has_line(source, &open.range) && has_line(source, &close.range);
    let kind = kind.filter(|_| callout::kind(open.name).is_some() && !is_html && has_lines);
    let title = open.title().unwrap_or_default();
    if let Some((kind, is_folded)) = kind {
        let boxed = Boxed {
            open: open.range.clone(),
            close: close.range.clone(),
            kind: Some(kind),
            is_folded,
            title: title.to_owned(),
        };
        boxed.write(page, splice);
    } else if open.has_code || (!title.is_empty() && has_lines && !is_html) {
        tell(source, &open.range, warnings);
        let title = match title {
            "" => String::new(),
            title => format!("**{}**", plain(title)),
        };
        splice.replace(open.range.clone(), title);
        splice.delete(close.range.clone());
    }
}

/// Blocks of imports and exports: at the top, or of names that are used as components.
fn statements(page: &Page<'_, '_>, used: &HashSet<&str>) -> Vec<Range<usize>> {
    let source = page.document.source;
    let begins = |mark: &&str| {
        memmem::find_iter(source.as_bytes(), *mark).any(|at| {
            let (above, rest) = source.split_at_checked(at).unwrap_or_default();
            (above.is_empty() || above.ends_with('\n'))
                && page.prose.has(at)
                && is_statement(rest.lines().next().unwrap_or_default())
        })
    };
    // Most documents with these words have them elsewhere.
    if !MARKS.iter().any(begins) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut is_top, mut is_mdx) = (true, false);
    let mut block: Option<(Range<usize>, bool)> = None;
    let mut after_blank = true;
    let mut lines: Vec<Range<usize>> = page.prose.lines().collect();
    lines.push(source.len()..source.len());
    for line in lines {
        let text = source.get(line.clone()).unwrap_or_default();
        if text.trim().is_empty() {
            if let Some((range, is_code)) = block.take() {
                is_mdx |= is_code;
                let end = source.get(range.end..).map_or(range.end, |rest| {
                    let breaks = rest.len() - rest.trim_start_matches(['\n', '\r']).len();
                    range.end + breaks
                });
                found.push(range.start..end);
            }
            after_blank = true;
            continue;
        }
        match &mut block {
            Some((range, _)) => range.end = line.end,
            None if after_blank && page.prose.has(line.start) && is_statement(text) => {
                let imports = text
                    .split(|c: char| !c.is_ascii_alphanumeric())
                    .any(|name| used.contains(name));
                block = Some((line.clone(), is_top || imports));
            }
            None => is_top = false,
        }
        after_blank = false;
    }
    if is_mdx { found } else { Vec::new() }
}

fn is_statement(line: &str) -> bool {
    let Some(statement) = STATEMENTS
        .iter()
        .find(|statement| line.starts_with(**statement))
    else {
        return false;
    };
    let line = line.split(" //").next().unwrap_or(line);
    let line = line.trim_end().trim_end_matches(';');
    if *statement == "import " {
        return line.ends_with(['\'', '"'])
            && (line.contains(" from ")
                || line.starts_with("import '")
                || line.starts_with("import \""));
    }
    line.contains(['=', '{', '('])
}

#[cfg(test)]
mod tests {
    use crate::body::dialects::tests::translated;

    #[test]
    fn code_of_mdx_goes_and_text_stays() {
        for (before, after) in [
            (
                "import Tabs from '@theme/Tabs';\nimport {A} from './a'\n\nexport const x = {\n  a: 1,\n};\n\n# T\n\nText.\n",
                "# T\n\nText.\n",
            ),
            (
                "# T\n\nimport Chart from './chart';\n\n<Chart data={[1, 2]} />\n\nText.\n",
                "# T\n\n\n\nText.\n",
            ),
            (
                "<Note>\n\nMind *it*.\n\n</Note>\n\n<Callout type=\"warning\" title=\"Hot\">\nb\n</Callout>\n",
                "> [!note]\n>\n> Mind *it*.\n>\n\n\n> [!warning] Hot\n> b\n\n",
            ),
            (
                "import {Tabs} from 'x';\n\n<Tabs items={['a']}>\n<Tab label=\"Ann\">\n\nText {props.x}{' '}b.\n\n</Tab>\n</Tabs>\n\nexport const y = 1;\n",
                "\n**Ann**\n\nText  b.\n\n\n\n\n",
            ),
            (
                "<aside>\n💡 **Tip** a\n\n</aside>\n",
                "> [!note]\n> 💡 **Tip** a\n>\n\n",
            ),
        ] {
            assert_eq!(translated(before), after, "from {before:?}");
        }
    }

    #[test]
    fn prose_about_imports_stays() {
        for body in [
            "# Use\n\nimport x from 'y'\n\nand go.\n",
            "import the data from \"a\" first, then go.\n",
            "```js\nimport x from 'y'\n```\n",
            "The `<Note>` component.\n",
        ] {
            assert_eq!(translated(body), body);
        }
    }
}
