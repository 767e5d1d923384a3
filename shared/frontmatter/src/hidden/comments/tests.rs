use crate::hidden::hide;
use crate::markdown::{Bodies, Document};

/// The body without what is hidden, and the codes of what the author is told.
fn shown(body: &str) -> (String, Vec<(String, usize, usize)>) {
    let bodies = Bodies::default();
    match hide(&Document::parse(body), &bodies) {
        None => (body.to_owned(), Vec::new()),
        Some((hidden, _)) => (
            hidden.body,
            hidden
                .warnings
                .into_iter()
                .map(|warning| {
                    assert!(warning.text.len() <= 14, "{}", warning.text);
                    (warning.code, warning.line, warning.column)
                })
                .collect(),
        ),
    }
}

#[track_caller]
fn assert_shown(cases: &[(&str, &str)]) {
    for (body, expected) in cases {
        let (body, told) = (shown(body), body);
        assert_eq!(body.0, *expected, "from {told:?}");
        assert!(body.1.is_empty(), "from {told:?}: {:?}", body.1);
    }
}

#[test]
fn comments_go_wherever_text_stands() {
    assert_shown(&[
        ("a %%b%% c\n", "a  c\n"),
        ("%%b%% c\n", "c\n"),
        ("%%b\nc%%\n\nd\n", "\nd\n"),
        ("a %%b\nc%% d\n", "a  d\n"),
        (
            "a\n\n%%\nb\n\n# c\n\n- d\n\n```\ne\n```\n%%\n\nf\n",
            "a\n\n\nf\n",
        ),
        ("%% a\n```\n{\"b\": 1}\n```\n%%\n", ""),
        ("- a %%b%%\n- %%\n- c\n- %%\n- d\n", "- a \n- \n- d\n"),
        (
            "> [!info] %%a%%b\n> c %%d\n> e%% f\n",
            "> [!info] b\n> c  f\n",
        ),
        (
            "| a %%b%% | c |\n|-|-|\n| %%d%% | e |\n",
            "| a  | c |\n|-|-|\n|  | e |\n",
        ),
        ("# a %%b%%\n\n## %%c%% d\n", "# a \n\n##  d\n"),
        ("*a %%b%%* **%%c%%d** ~~%%e%%f~~\n", "*a * **d** ~~f~~\n"),
        (
            "[a %%b%% c](https://d.example) ![e %%f%%](g.png)\n",
            "[a  c](https://d.example) ![e ](g.png)\n",
        ),
        (
            "[a](https://b.example \"c %%d%%\")\n",
            "[a](https://b.example \"c \")\n",
        ),
        ("<div>\n%%a%%\nb\n</div>\n", "<div>\n\nb\n</div>\n"),
        ("<p title=\"a %%b%%\">c</p>\n", "<p title=\"a \">c</p>\n"),
        ("a[^1] b\n\n[^1]: c %%d%% e\n", "a[^1] b\n\n[^1]: c  e\n"),
        ("%%%%a\n", "a\n"),
        (
            "It costs $5 %%a%% or US$ more\n",
            "It costs $5  or US$ more\n",
        ),
    ]);
}

#[test]
fn what_stands_in_code_is_no_comment() {
    for body in [
        "`%%a%%`\n",
        "```mermaid\n%% a\ngraph LR\n%% b\n```\n",
        "~~~\n%%a%%\n~~~\n",
        "> ```\n> %%a%%\n> ```\n",
        "- a\n\n      %%b%%\n",
        "    %%a%%\n",
        "<pre>\n%%a%%\n</pre>\n",
        "a <code>%%b%%</code>\n",
        "$$\n%% a\nb %% c\n$$\n",
        "[a](https://b.example/%%c)\n",
        "<https://b.example/%%c>\n",
    ] {
        assert_eq!(shown(body).0, body);
    }
    // A comment that began before takes code with it, and what stands behind is read as it stands then.
    assert_shown(&[
        ("%%\n```\n%%\na\n\n%%\n```\n%%\n\nb %%c%%\n", "a\n\n\nb \n"),
        ("a %%b `c%% d` e %%f%%\n", "a  d` e \n"),
    ]);
}

#[test]
fn a_per_cent_sign_or_two_that_is_no_mark_stays() {
    for body in [
        "We are 100%% sure of it.\n\nMore.\n",
        "From 50%% to 60%%, or 5%%-10%%.\n",
        "100%%\n",
        "\\%% a \\%% b\n",
        "&#37;% a %\u{200b}%\n",
        "100% of 5 %\n",
    ] {
        assert_eq!(shown(body).0, body);
    }
}

#[test]
fn operators_and_formats_without_a_partner_stay() {
    for body in [
        "50%% or 3 %% 2, or even printf(\"%%d\") is no comment.\n\nMore.\n",
        "7 %% 3 is 1.\n\nAnd 8 %% 3 is 2.\n",
        "It says “%%d items” there, or '%%s'.\n",
    ] {
        assert_eq!(shown(body).0, body);
    }
    assert_eq!(
        shown("7 %% 3 is 1.\n\nA %%b%% c\n").0,
        "7 %% 3 is 1.\n\nA  c\n"
    );
    for (body, expected, code) in [
        (
            "Room 5 %% 3 keys are there %% a\n",
            "Room 5  a\n",
            "comment-doubtful",
        ),
        (
            "printf(\"%%d\") %%b%%\n",
            "printf(\"b\n",
            "comment-doubtful",
        ),
        ("x %% 2 is b\n", "x \n", "comment-unclosed"),
        ("Say \"%%done\" b\n", "Say \"\n", "comment-unclosed"),
    ] {
        let (shown, told) = shown(body);
        assert_eq!(shown, expected, "from {body:?}");
        assert_eq!(
            told.first().map(|(code, ..)| code.as_str()),
            Some(code),
            "from {body:?}"
        );
    }
}

#[test]
fn behind_a_digit_a_comment_goes_on_unless_another_begins() {
    for (body, expected) in [
        ("a %%done 100%% b%% c\n", "a  c\n"),
        ("a %%done 100%% b 50%% d%% c\n", "a  c\n"),
        ("a %%done 100%%\nb%% c\n", "a  c\n"),
        ("%%\ndone 100%%\nb\n%%\n\nc\n", "\nc\n"),
        ("%%\ndone 100%%\nb\n%%\nb\n%%\n\nc\n", "\nc\n"),
    ] {
        let (shown, told) = shown(body);
        assert_eq!(shown, expected, "from {body:?}");
        assert_eq!(told.len(), 1, "from {body:?}");
    }
    assert_shown(&[
        ("a %%call 555%% b %%call 556%% c\n", "a  b  c\n"),
        ("a %%call 555%%\n\nb\n", "a \n\nb\n"),
        ("%%\ncall 555%%\n\nb\n", "\nb\n"),
    ]);
}

#[test]
fn titles_of_definitions_hold_no_comments() {
    assert_shown(&[(
        "[a]\n\n[a]: https://b.example \"c %%d%%\"\n",
        "[a]\n\n[a]: https://b.example \"c \"\n",
    )]);
    let (shown, told) = shown("[a](https://b.example \"c {/* d */}\")\n");
    assert_eq!(shown, "[a](https://b.example \"c \")\n");
    assert_eq!(told.len(), 1);
}

#[test]
fn an_unclosed_comment_hides_to_the_end_and_is_told() {
    let unclosed = |line, column| vec![("comment-unclosed".to_owned(), line, column)];
    assert_eq!(
        shown("All may read.\n\n%% not this\n\n# Nor this\n"),
        ("All may read.\n\n".to_owned(), unclosed(3, 1))
    );
    assert_eq!(
        shown("äa %%b%%\n> c %% d\n\ne %%f\n\ng"),
        (
            "äa \n> c f\n\ng".to_owned(),
            vec![("comment-doubtful".to_owned(), 2, 5)]
        )
    );
    assert_eq!(shown("a %%b%% c %%d").1, unclosed(1, 11));
    assert_eq!(shown("a %%b \\%% c\n").0, "a \n");
}

#[test]
fn what_may_be_no_comment_is_hidden_and_told() {
    let doubtful = |line, column| vec![("comment-doubtful".to_owned(), line, column)];
    assert_eq!(
        shown("Print %d%% of %s%% now\n"),
        ("Print %d now\n".to_owned(), doubtful(1, 9))
    );
    assert_eq!(
        shown("Room 5%%the key is there%%.\n"),
        ("Room 5.\n".to_owned(), doubtful(1, 7))
    );
    assert_eq!(
        shown("Start %%one\n\ntwo%% end.\n"),
        ("Start  end.\n".to_owned(), doubtful(1, 7))
    );
}

#[test]
fn a_body_that_asks_for_too_many_readings_loses_code_rather_than_shows_comments() {
    let body = "- %%\n\n  ```\n  %% a\n  ```\n".repeat(40_000);
    let (shown, told) = shown(&body);
    assert!(!shown.contains("%%"));
    assert!(!told.is_empty());
}

#[test]
fn comments_of_other_tools_go_and_are_told() {
    for (body, expected) in [
        ("a {/* b */} c {/* d */}\n", "a  c \n"),
        ("{/*\n\n# b\n\n```\nc\n```\n\n*/}\n\nd\n", "\nd\n"),
        ("a {% comment %} b {% endcomment %} c\n", "a  c\n"),
        ("a {{/* b */}} c {{!-- d --}} e\n", "a  c  e\n"),
        ("a {# b #} c {>> d <<} e <%# f %> g\n", "a  c  e  g\n"),
        ("a\n[//]: # (b *c*)\nd\n", "a\n\nd\n"),
        ("[//]: # b (c\n\n[]: # (d)\n\ne\n", "\n\ne\n"),
    ] {
        let (shown, told) = shown(body);
        assert_eq!(shown, expected, "from {body:?}");
        assert!(
            told.iter().all(|(code, ..)| code == "comment-removed"),
            "{told:?}"
        );
        assert!(!told.is_empty());
    }
    for body in [
        "`{/* a */}` and {/* b\n",
        "```jsx\n{/* a */}\n```\n",
        "# a {#b}\n\n{{ c }} {% d %} {# e\n",
        "[//] and [comment] a: b\n",
        "a \\{/* b */}\n",
    ] {
        assert_eq!(shown(body).0, body);
    }
}

#[test]
fn comments_of_liquid_stand_in_each_other() {
    for (body, expected) in [
        (
            "{% comment %}S{% comment %}S{% endcomment %}S{% endcomment %}a\n",
            "a\n",
        ),
        ("{% comment %}S{% comment %}S{% endcomment %}a\n", "a\n"),
        ("{% doc %}S{% enddoc %}a\n", "a\n"),
        ("{% if false %}S{% else %}a{% endif %}b\n", "ab\n"),
        (
            "{% if false %}{% unless x %}S{% else %}S{% endunless %}S{% else %}a{% endif %}b\n",
            "ab\n",
        ),
        ("{% if false %}{% if x %}S{% endif %}S{% endif %}b\n", "b\n"),
        (
            "\\{% comment %} a {% comment %}S{% endcomment %}\n",
            "\\{% comment %} a \n",
        ),
    ] {
        assert_eq!(shown(body).0, expected, "from {body:?}");
    }
}

#[test]
fn what_nothing_ends_hides_the_rest_where_its_tool_does() {
    for (body, expected) in [
        ("a\n\n{::comment}\nS\n\nS\n", "a\n\n"),
        ("a {% comment %} S\n\n- S\n", "a "),
    ] {
        let (shown, told) = shown(body);
        assert_eq!(
            shown.trim_end_matches('\n'),
            expected.trim_end_matches('\n')
        );
        let codes: Vec<&str> = told.iter().map(|(code, ..)| code.as_str()).collect();
        assert_eq!(codes, ["comment-unclosed"], "from {body:?}");
    }
    for body in [
        "`{% comment %}` and `{::comment}` are tags.\n",
        "a {# b\n\n{/* c\n\n{>> d\n\n<%# e\n",
        "{% if false %} a\n",
    ] {
        assert_eq!(shown(body).0, body);
    }
    assert!(crate::hidden::hide_in_value("About {% comment %} in Liquid").is_none());
}

#[test]
fn lines_of_a_per_cent_sign_are_comments_in_myst() {
    for (body, expected) in [
        ("% S\n\nSee {ref}`a`.\n", "\n\nSee {ref}`a`.\n"),
        (":::{note}\na\n% S\nb\n:::\n", ":::{note}\na\n\nb\n:::\n"),
    ] {
        let shown = shown(body).0;
        let kept = shown.lines().filter(|line| !line.is_empty());
        let expected = expected.lines().filter(|line| !line.is_empty());
        assert!(kept.eq(expected), "{shown:?} from {body:?}");
    }
    for body in [
        "% of all\n\nNo sign of it.\n",
        "50 % of {ref}`a`.\n",
        "    % code\n\nSee {ref}`a`.\n",
        "```\n% code\n```\n\nSee {ref}`a`.\n",
    ] {
        assert_eq!(shown(body).0, body);
    }
}
