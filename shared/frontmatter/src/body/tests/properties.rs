//! Generated bodies: nothing panics, cleaning is done once, code and text stay.

use proptest::prelude::*;
use pulldown_cmark::TagEnd;

use super::*;
use crate::markdown::{Event, Tag};

/// Syntax of every rule, and what lies between.
const PIECES: [&str; 165] = [
    "word",
    " ",
    " ",
    "\n",
    "\n",
    "\n\n",
    "\n\n",
    "\r\n",
    "> ",
    "- ",
    "1. ",
    "    ",
    "\t",
    "# ",
    "`",
    "``",
    "```\n",
    "~~~",
    "$",
    "$$",
    "`${v}`",
    "`i=$(a)`",
    "$2 x",
    "*",
    "**",
    "_",
    "~~",
    "|",
    "|-|-|\n",
    "\\",
    "&amp;",
    "&colon;",
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "]:",
    "[[",
    "]]",
    "![[",
    "==",
    "%%",
    "%",
    "#tag",
    " ^id",
    "[!note]",
    "[!x|y]- t",
    "[ ] ",
    "[^1]",
    "[^1]: ",
    "<",
    ">",
    "/>",
    "<b>",
    "</b>",
    "<div>",
    "</div>",
    "<p align=\"center\">",
    "</p>",
    "<table>",
    "<tr>",
    "<td>",
    "</table>",
    "<ul>",
    "<li>",
    "<a href=\"a.md\">",
    "<a href='javascript:x'>",
    "</a>",
    "<img src=x.png>",
    "<img src=\"known.png\" alt=\"k\">",
    "<br>",
    "<details>",
    "<summary>",
    "</details>",
    "<script>",
    "</script>",
    "<svg>",
    "</svg>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<?",
    "?>",
    "<![CDATA[",
    "]]>",
    "<!x",
    "<textarea>",
    "<pre>",
    "</pre>",
    "<code>",
    "</code>",
    "<a b='",
    "'",
    "\"",
    "=",
    "onclick=x",
    "javascript:",
    "https://e.com/a%",
    "../x.png",
    "Note",
    "Note.md",
    "#h",
    "|100",
    "---\n",
    "===\n",
    "***\n",
    "+++\n",
    "\u{a0}",
    "\u{feff}",
    "é",
    "日本",
    "✅ 2025-01-01",
    ":::tip\n",
    ":::\n",
    "::: {.x}\n",
    "!!! note\n",
    "=== \"a\"\n",
    "{% raw %}",
    "{% endraw %}",
    "{% highlight sh %}",
    "{% endhighlight %}",
    "{% note() %}",
    "{% end %}",
    "{% if x %}",
    "{{< hint info >}}",
    "{{< /hint >}}",
    "{{< figure src=\"a.png\" caption=\"b\" >}}",
    "{{< youtube a >}}",
    "{{< ref \"a\" >}}",
    "{{<",
    ">}}",
    "{%",
    "%}",
    "{{",
    "}}",
    "{: .a}",
    "{#a .b}",
    "{",
    "}",
    "^[a b]",
    "^[",
    "[TOC]\n",
    "* TOC\n{:toc}\n",
    ":rocket:",
    ":",
    "<id>",
    "<T>",
    "</id>",
    "<iframe src=\"https://e.com/a\" title=\"b\">",
    "</iframe>",
    "![a|100x50](https://e.com/b.png)",
    "![a](https://e.com/b.mp4)",
    "#^id",
    "#a%20b",
    "# a b\n",
    "# a :rocket: b {#c}\n",
    "sms:1",
    "<h2 id=\"links\">",
    "(#links)",
    "<h2 id=\"1 a\">",
    "\u{fffd}",
    "\r",
];

/// Pieces that meet in all ways.
fn body() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES.as_slice());
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn code(body: &str) -> Vec<String> {
    let document = Document::parse_without_math(body);
    let mut code = Vec::new();
    let mut in_block = false;
    for (event, _) in &document.events {
        match event {
            Event::Start(Tag::CodeBlock(_)) => {
                in_block = true;
                code.push(String::new());
            }
            Event::End(TagEnd::CodeBlock) => in_block = false,
            Event::Text(text) if in_block => code.last_mut().unwrap().push_str(text),
            Event::Code(text) => code.push(text.to_string()),
            _ => {}
        }
    }
    code
}

/// Cases of a usual run; `PROPTEST_CASES`, where it is set, is what counts.
const CASES: u32 = 3_000;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn what_is_generated_is_harmless_and_cleaned_once(source in body()) {
        for flavor in [Flavor::Auto, Flavor::GitHub, Flavor::Obsidian] {
            let faults = safety::faults(&source, &context(flavor));
            prop_assert!(faults.is_empty(), "{}", faults.join("\n"));
        }
    }

    #[test]
    fn a_file_is_converted_once(source in body()) {
        for head in ["", "---\naliases: [a]\n---\n"] {
            let convert = |bytes: &[u8]| crate::convert(bytes, &context(Flavor::Auto)).unwrap().bytes;
            let once = convert(format!("{head}{source}").as_bytes());
            let twice = convert(&once);
            prop_assert_eq!(String::from_utf8(twice).unwrap(), String::from_utf8(once).unwrap());
        }
    }

    #[test]
    fn any_text_is_cleaned_without_a_panic(source in ".{0,200}") {
        let context = context(Flavor::Obsidian);
        let cleaned = clean_as(&source, &context);
        prop_assert_eq!(&clean_as(&cleaned.body, &context).body, &cleaned.body);
    }

    #[test]
    fn plain_text_and_code_stay(words in prop::collection::vec("[a-z]{1,8}", 1..20), code_text in "[a-z<>%=\\[\\] ]{0,30}") {
        let source = format!("{}\n\n```x\n{code_text}\n```\n\n<b>{}</b>\n", words.join(" "), words.join("\n"));
        let cleaned = clean_as(&source, &context(Flavor::Obsidian));
        prop_assert_eq!(cleaned.body, source);
    }

    #[test]
    fn code_is_the_same_before_and_after(source in body()) {
        // In this flavour and without HTML, comments and footnotes nothing takes code out.
        let source = source.replace(['<', '>', '\r', '%', '^'], "");
        let cleaned = clean_as(&source, &context(Flavor::GitHub));
        if !codes(&cleaned).iter().any(|code| ["too-complex", "code-rewritten"].contains(code)) {
            let before = code(&source);
            let mut after = code(&cleaned.body).into_iter();
            for expected in before {
                prop_assert!(after.any(|found| found.trim_end_matches('\n') == expected.trim_end_matches('\n')), "{expected:?} of {source:?} in {:?}", cleaned.body);
            }
        }
    }
}
