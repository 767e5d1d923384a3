use std::collections::BTreeSet;

use super::*;
use crate::{Context, Output, convert};

fn output(text: &str) -> Output {
    convert(text.as_bytes(), &Context::default()).unwrap()
}

/// Whether the document is a draft, and what the author is told of it.
fn told(text: &str) -> (bool, Vec<String>) {
    let output = output(text);
    assert_eq!(output.meta["draft"], output.draft, "{text}");
    let codes = output.warnings.into_iter().map(|warning| warning.code);
    let codes = codes.filter(|code| code.starts_with("draft-")).collect();
    (output.draft, codes)
}

fn yaml(lines: &str) -> String {
    format!("---\n{lines}\n---\n# Title\n\nWords for all of us to read.\n")
}

#[test]
fn keys_stand_once_and_as_they_are_looked_up() {
    let keys = || KEYS.iter().flat_map(|(keys, _)| keys.split(' '));
    assert_eq!(keys().collect::<BTreeSet<_>>().len(), keys().count());
    for key in keys() {
        assert_eq!(normalised(key), key);
    }
    let mut states = words::HIDDEN_STATE.words();
    assert!(states.all(|word| words::HIDDEN.fits(word)));
    assert!(!words::PUBLIC.words().any(|word| words::HIDDEN.fits(word)));
}

#[test]
fn what_is_not_for_the_public_is_a_draft() {
    for lines in [
        "draft: true",
        "Draft: yes",
        "DRAFT: 'On'",
        "draft: 1",
        "draft: \"y\"",
        "draft: [true]",
        "is_draft: true",
        "published: false",
        "Published: No",
        "published: 0",
        "publish: off",
        "share: false",
        "Share: \"no\"",
        "dg-publish: false",
        "dg_publish: false",
        "DG Publish: false",
        "public: false",
        "private: true",
        "Private: 1",
        "hidden: true",
        "unlisted: true",
        "unpublished: true",
        "confidential: true",
        "wip: true",
        "noindex: true",
        "visibility: private",
        "Visibility: Hidden",
        "visibility: [members]",
        "visibility: members only",
        "access: private",
        "access: false",
        "privacy: friends",
        "status: private",
        "status: Draft",
        "status: hidden",
        "status: unlisted",
        "status: \"🚧 draft\"",
        "status: [draft]",
        "state: unpublished",
        "post_status: private",
        "publishStatus: draft",
        "permissions: private",
        "permalink: false",
        "password: rosebud",
        "dg-private: true",
        "unpublish: true",
        "exclude: true",
        "ignore: yes",
        "released: false",
        "drafting: true",
        "publication_status: draft",
        "status: future",
        "status: skip",
        "post_password: rosebud",
        "robots: noindex",
        "url: false",
        "shared_with: [Anna]",
        "draft: !!bool true",
        "draft: &a true",
        "? private\n: true",
        "\"dr\\u0061ft\": true",
        "draft:\n  true",
        "dr\u{200b}aft: true",
        "draft: tr\u{200b}ue",
        "draft: true.",
        "published: not yet",
        "visibility: not public",
        "visibility: non-public",
        "published: To Be Decided",
        "build:\n  render: never",
        "build:\n  - render: never",
        "params: [{draft: true}]",
        "params.draft: true",
        "cascade: {build: {render: never}}",
        "config:\n  settings:\n    draft: true",
        "obsidian: {publish: false}",
        "site: {page: [{private: true}]}",
        "publish: {draft: true}",
        "_build:\n  list: false",
        "params:\n  draft: true",
        "extra:\n  private: true",
        "dg:\n  publish: false",
        "properties: {visibility: private}",
        // Where two disagree, the careful one counts.
        "draft: false\nprivate: true",
        "draft: false\ndraft: true",
        "draft: false\nDraft: true",
        "published: true\nPublished: false",
        "draft: false\nvisibility: secret",
    ] {
        assert!(told(&yaml(lines)).0, "{lines}");
    }
}

#[test]
fn it_is_a_draft_in_other_languages_as_well() {
    for text in [
        "+++\nDraft = true\n+++\nWords.\n",
        "+++\nvisibility = \"private\"\n+++\nWords.\n",
        "+++\n[extra]\nhidden = true\n+++\nWords.\n",
        "+++\n[build]\nrender = \"never\"\n+++\nWords.\n",
        "{\"published\": false}\n\nWords.\n",
        "{\"Draft\": \"yes\"}\n\nWords.\n",
        "{\"draft\": false, \"draft\": true}\n\nWords.\n",
        "---\ndraft: &a true\nb: [\n---\nWords.\n",
        "---\rtitle: a: b\rdraft: true\rtags: [\r---\rWords.\r",
    ] {
        assert!(told(text).0, "{text}");
    }
}

#[test]
fn what_nobody_knows_is_a_draft_and_told() {
    for (lines, key, write) in [
        ("visibility: colleagues", "visibility", "public"),
        ("visibility: true", "visibility", "public"),
        ("access: {group: chess}", "access", "public"),
        ("publish: maybe", "publish", "true"),
        ("share: later", "share", "true"),
        ("draft: [x]", "draft", "false"),
        ("draft: soon", "draft", "false"),
        ("Private: partly", "Private", "false"),
        ("published: perhaps", "published", "true"),
    ] {
        let output = output(&yaml(lines));
        assert!(output.draft, "{lines}");
        let code = format!("draft-unclear:{key}");
        let warning = output.warnings.iter().find(|warning| warning.code == code);
        let warning = warning.unwrap_or_else(|| panic!("{lines}: {:?}", output.warnings));
        assert_eq!(warning.line, 2, "{lines}");
        assert!(
            warning
                .hint
                .to_string()
                .contains(&format!("“{key}: {write}”")),
            "{}",
            warning.hint
        );
        assert!(
            warning.hint.to_string().contains("“draft: true”"),
            "{}",
            warning.hint
        );
    }
}

#[test]
fn what_is_for_everybody_is_published() {
    for lines in [
        "draft: false",
        "draft:",
        "draft: ''",
        "draft: {{ draft }}",
        "published: true",
        "published: 2024-05-01",
        "published: May 2024",
        "publish: yes",
        "private: no",
        "visibility: public",
        "access: open",
        "status: done",
        "status: in progress",
        "status: stable",
        "state: Bavaria",
        "hide: [navigation]",
        "live: https://app.example",
        "share: true",
        "build: make",
        "build:\n  render: always",
        "sidebar: {hidden: true}",
        "permissions: [camera]",
        "secret: it is",
        "description: 'draft: true'",
        "note: |\n  private: true",
        "permalink: /a/",
        "dg-home: true",
        "tags: [draft]",
        "share: [twitter]",
        "share: {twitter: true, mastodon: false}",
        "share: [mastodon, email]",
        "publish: npm",
        "publish: 2024-05-01",
        "visibility: Public, indexed",
        "publish: [npm, crates.io]",
        "published: Penguin Books",
        "published: Springer, Berlin",
        "published: https://books.example/1",
        "access: read",
        "access: read-only",
        "access: open-access",
        "access: open to the public",
        "visibility: [public, web]",
        "headless: true",
        "draft: final",
        "draft: none",
        "draft: never",
        "private: never",
        "future: true",
        "sitemap_exclude: true",
        "exclude: [a.md]",
        "ignore: [b]",
        "stage: production",
        "robots: index",
        "url: /a/",
        "db: {hidden: true}",
    ] {
        assert_eq!(told(&yaml(lines)), (false, Vec::new()), "{lines}");
    }
    for text in [
        "Status: Draft\n\nThe text of it.\n",
        "Author: Jane\nStatus: Draft\n\nThe text of it.\n",
        "Access: by train from the north\n\nThe text of it.\n",
        "{\"private\": true} is what npm wants.\n",
        "Config: {\"private\": true} is what npm wants.\n",
        "draft: true is what Hugo wants.\n",
        "# Hugo\n\ndraft: true is what it wants.\n",
        "# Hugo\n\nTo hide a page write\ndraft: true\nat its top.\n",
        "# Hugo\n\nSay this:\n\ndraft: true\n",
        "# Hugo\n\n- draft: true\n- private: true\n",
        "# Hugo\n\n```yaml\ndraft: true\n```\n",
        "```yaml\n---\ndraft: true\n---\n```\n",
        "Words.\n\n---\ndraft: true\n---\n",
        "---\ntitle: a\n---\nWords.\n\n---\n\ndraft: true\n",
        "---\ntitle: a\n---\n\n---\n\nWords: draft\n",
        "| draft: true |\n|---|\n| private: true |\n",
        "<p align=\"center\">\nStatus: draft\n</p>\n",
        "# Title\n\nStatus: draft of an idea\n\nWords.\n",
        "Status of things: all is well here.\n",
        "---\n\nWords and more words.\n\nprivate: true\n",
        "# Title\n\nSome words.\n\nprivate: true\n",
    ] {
        assert!(!told(text).0, "{text}");
    }
}

#[test]
fn a_block_that_can_t_be_read_keeps_the_page_back_if_it_says_so() {
    for text in [
        "---\ntitle: [a\n  b: }\ndraft: true\n---\nWords.\n",
        "---\ntitle: a\n\tb: [\nvisibility: private\n---\nWords.\n",
        "---\ntitle: a\ndraft: true\n\n# Title\n\nWords.\n",
        "---\n- draft: true\n---\nWords.\n",
        " ---\ndraft: true\n ---\nWords.\n",
        "---yaml\ndraft: true\n---\nWords.\n",
        "+++\ntitle = \ndraft = true\n+++\nWords.\n",
        "+++\ndraft = true\n---\nWords.\n",
        ";;;\n{\"draft\": true}\n;;;\nWords.\n",
        "{\n  \"title\": \"a\",\n  \"draft\": true,\n}\n\nWords.\n",
        "{\"title\": \"a\", \"draft\": true,}\n\nWords.\n",
        "%%\na b\n%% c\n---\ndraft: true\n---\nWords.\n",
        "---\ntitle: a\ndescription: b\nc d\ndraft: true\n\nWords.\n",
        "draft: true\ntitle: a\n\nWords.\n",
        "public:: false\ntitle:: a\n\nWords.\n",
        "# Title\n\nCreated: today\nPublished: No\n\nWords.\n",
        "---\r\ndraft: true\r\n\r\nWords.\r\n",
        "{ // c\n \"draft\": true }\n\nWords.\n",
        "{ /* c\n */ \"a\": [1], \"draft\":\n true }\n\nWords.\n",
        "{\"dr\\u0061ft\": true,}\nWords.\n",
        "---json\n{ // c\n\"draft\":\ntrue }\n---\nWords.\n",
        ";;;\n// c\n{\"draft\": true}\n;;;\nWords.\n",
        "---\n{ // c\n\"draft\": true }\n---\nWords.\n",
        "---\ntitle: a\ndraft:\n  true\n\nWords.\n",
        "---\n? private\n: true\n\nWords.\n",
        "---\ndraft: !!bool true\n\nWords.\n",
        "---\n\"dr\\u0061ft\": true\n\nWords.\n",
        "---\nx\ndraft: true\n\nWords.\n",
        "---\nx\ndraft: true\n---\nWords.\n",
        "+++\nparams.draft = true\n\nWords.\n",
        "+++\ntitle = \"a\"\n\n[params]\ndraft = true\n\nWords.\n",
        "---\rtitle: a\rdraft:\r  true\r\rWords.\r",
        "<br>\n---\ndraft: true\n---\nWords.\n",
        "// c\n---\ndraft: true\n---\nWords.\n",
        "#!/bin/x\n---\ndraft: true\n---\nWords.\n",
        "---\n---\ndraft:\n  true\n---\nWords.\n",
        "---\ntitle: a\n---\n---\ndraft: true\n---\nWords.\n",
        "---\n- title: a\n  draft: true\n---\nWords.\n",
        "---\nparams: [{draft: true}]\n\nWords.\n",
        "Title: a\nStatus: draft\n\nWords.\n",
        "draft: true\n# Title\n\nWords.\n",
        "title: a\nvisibility: colleagues\n\nWords.\n",
        &format!(
            "---\ndraft: true\nlong: {}\n---\nWords.\n",
            "a".repeat(70_000)
        ),
    ] {
        let (draft, codes) = told(text);
        let text: String = text.chars().take(100).collect();
        assert!(draft, "{text}");
        let is_told = codes.iter().any(|code| code.starts_with("draft-"));
        assert!(is_told, "{text}");
    }
}

#[test]
fn a_block_of_an_unusual_form_keeps_the_page_back_if_it_says_so() {
    for text in [
        "---\ndraft:true\n---\nWords.\n",
        "---\ndraft：true\n---\nWords.\n",
        "---\ntitle: a\ndraft：true\n---\nWords.\n",
        "---\ntitle: a\ndraft:true\n---\nWords.\n",
        "---\ntitle: a\ndraft: “true”\n---\nWords.\n",
        "---\ntitle: a\ntags: [b, c\ndraft: true\n---\nWords.\n",
        "---\ntags: [\n  b,\ndraft: true\n---\nWords.\n",
        "---\nstatus: [[private]]\n---\nWords.\n",
        "---\n\ndraft: true\n\n---\nWords.\n",
        "---\ntitle: x\n---\npublished:: false\n\ntext\n",
        "private:: true\n\n- Words.\n",
        "title:: a\npublic:: false\n- Words.\n",
        "- title:: a\n  draft:: true\n- Words.\n",
        "# Title\n\nmood:: b\nvisibility:: friends\n\nWords.\n",
        "---\ntitle: a\ndraft: false\n---\ndraft:: true\n\nWords.\n",
        "---\n\nkanban-plugin: board\n\nvisibility: private\n\n---\n\nWords.\n",
        "---\n\nVisibility: private\n\n---\n\nWords.\n",
        "—\ntitle: a\nprivate: true\n—\n\nWords.\n",
        "—\nVisibility: private\n—\n\nWords.\n",
        "---\nprivate: true\n—\n\nWords.\n\n---\n",
        "–\nprivate: true\n---\n\nWords.\n",
        "<!-- a -->\n---\ndraft: true\n---\nWords.\n",
        "<!-- a -->\n---\nVisibility: private\n---\nWords.\n",
        "<!--\na b\n-->\n---\ndraft: true\n---\nWords.\n",
        "<!-- a -->\n+++\ndraft = true\n+++\nWords.\n",
        "<!-- a -->\n—\n\ndraft: true\n—\nWords.\n",
        "[//]: # (a)\n\n---\n\ndraft: true\n\n---\nWords.\n",
    ] {
        assert!(told(text).0, "{text}");
    }
}

#[test]
fn a_comment_or_nothing_at_all_before_a_fence_hides_no_draft() {
    for before in [
        "<!-- c -->\n",
        "<!--\nc\n-->\n\n",
        "%% c %%\n",
        "{/* c */}\n",
        "[//]: # (c)\n",
        "\u{feff}\u{feff}",
        "\u{200b}",
        "\u{2060}\n",
        "\u{200e}",
        "\0",
        "\n\n",
    ] {
        for block in [
            "---\ntitle: a\ndraft:\n  true\n---\nWords.\n",
            "+++\ntitle = \"a\"\ndraft = true\n+++\nWords.\n",
        ] {
            assert!(told(&format!("{before}{block}")).0, "{before:?} {block}");
        }
    }
}

#[test]
fn keys_at_the_top_count_whatever_stands_between_them() {
    for text in [
        "title: x\n<!-- c -->\ndraft: true\n\ntext\n",
        "title: x\n\n---\ndraft: true\n---\n\ntext\n",
        "title: x\n%%c%%\n\n---\ndraft: true\n---\n",
        "public: true\n%%c%%\n\n---\ndraft: true\n---\n",
        "---\npublic: true\n---\n%%c%%\n---\ndraft: true\n---\n",
        "public: true\n\n%%c%%\n---\ndraft: true\n---\n",
        "public: true\n<!-- c -->\ndraft: true\n",
        "title: x\n<!--\nnot yet\n-->\nstatus: draft\n\ntext\n",
        "title: x\n<!--\n\nc\n-->\nprivate: true\n\ntext\n",
        "title: x\n<br>\nstatus: draft\n",
        "title: x\n\nprivate: yes\n\ntext\n",
        "<!-- c -->draft: true\n",
        "%%c%% draft: true\n\ntext\n",
        "dr<!-- c -->aft: true\n\ntext\n",
        "draft: <!-- c --> true\n\ntext\n",
        "draft:\n<!-- c -->\n  true\n\ntext\n",
        "<b>draft</b>: true\n\ntext\n",
        "**Draft:** true\n\ntext\n",
        "<h1 align=\"center\">A title</h1>\n\ndraft: true\n",
        "<div>\n<img src=\"a.png\"\n  alt=\"b\">\n</div>\n\n---\ndraft: true\n---\n",
        "[![a](https://b.example/c.svg)](https://b.example)\n\n---\ndraft: true\n---\n",
        "# Title\n\n---\ntitle: x\ndraft: true\n---\n\ntext\n",
        "Title\n=====\n\ndraft: true\n",
        "A title\n---\ntitle: x\ndraft: true\n---\n",
        "Course: Web 2\n\n---\ndraft: true\n---\n",
        "---\ntitle: x\n---\n\n<!-- c -->\n\ndraft: true\n\ntext\n",
        "---\ntitle: [x\n---\n---\ndraft: true\n---\n",
        "---\ndraft: false\n---\n---\ndraft: true\n---\n",
        "---\ntitle: x\n\n<!-- c -->\ndraft: true\n\ntext\n",
        "+++\ntitle = \"x\"\n+++\n+++\ndraft = true\n+++\n",
        "# A title\n\nMany words of a text.\n\n- one\n  private:: true\n",
        "# A title\n\nMany words of a text.\n\npublish:: no\n\nMore.\n",
        "{\"title\": \"x\"}\n\n<!-- c -->\n{\"draft\": true}\n\ntext\n",
        "title: x\n\n{% comment %}\nc\n{% endcomment %}\n\nprivate: true\n",
        "title: x\n[//]: # (c)\ndraft: true\n",
        "title: x\r\n<!-- c -->\r\ndraft: true\r\n\r\ntext\r\n",
        "title: x\r<!-- c -->\rdraft: true\r\rtext\r",
    ] {
        let (draft, codes) = told(text);
        assert!(draft, "{text}");
        assert!(!codes.is_empty(), "{text}");
    }
}

#[test]
fn an_ordinary_readme_is_no_draft() {
    for text in [
        "# Tool\n\nA tool. Put `draft: true` at the top to hide a page.\n",
        "# Tool\n\nWrite this at the top:\n\n---\ndraft: true\n---\n",
        "# Tool\n\n```yaml\n---\ndraft: true\n---\n```\n",
        "# Tool\n\n    ---\n    draft: true\n    ---\n",
        "# Tool\n\n    draft: true\n",
        "# Tool\n\n```cpp\nprivate:: true\n```\n",
        "# Tool\n\nWords `private:: true` and private::true.\n",
        "# Tool\n\n\tprivate: true\n",
        "# Tool\n\nKeys:\n\ndraft: true\nprivate: true\n",
        "# Tool\n\nSay this:\n\n---\ndraft: true\n---\n",
        "# Tool\n\n## Hidden pages\n\ndraft: true\n",
        "# Tool\n\nText.\n\n## Hidden pages\n\n---\ndraft: true\n---\n",
        "# Tool\n\n> draft: true\n",
        "# Tool\n\n1. draft: true\n2. private: true\n",
        "# Tool\n\n- [ ] private: true\n",
        "# Tool\n\n| key | value |\n|---|---|\n| draft | true |\n",
        "# Tool\n***\n\nPrivate methods: see below\n",
        "# Tool\n\nHidden: a novel about a cave\n",
        "# Tool\n\nLog in with this password: admin\n",
        "# Tool\n\nGET /pages?draft=true\n",
        "# Tool\n\nNote: to hide a page put this at its top\n\n---\ndraft: true\n---\n",
        "<pre>\ndraft: true\n</pre>\n\nhides a page.\n",
        "<pre>\n---\ndraft: true\n---\n</pre>\n",
        "<details>\n<summary>Example</summary>\n\n---\ndraft: true\n---\n\n</details>\n",
        "<table><tr><td>\n\ndraft: true\n\n</td></tr></table>\n",
        "<p>To hide a page write this:</p>\n\n---\ndraft: true\n---\n",
        "<p align=\"center\">\n<a href=\"a\">Docs</a> | <a href=\"b\">Private use</a>: see there\n</p>\n\ntext\n",
        "<h1>Tool</h1>\n\nStatus: private beta\n",
        "<!-- draft: true -->\n# Title\n\ntext\n",
        "title: x\n<!--\ndraft: true\n-->\n\ntext\n",
        "---\ntitle: x\n# draft: true\n---\n\ntext\n",
        "---\ntitle: x\n---\n\nStatus: Draft\n\ntext\n",
        "---\ntitle: x\n---\n\n# Heading\n\nText.\n\n---\n\nprivate: true\n",
        "---\ntitle: x\n---\n\nText.\n\n---\ndraft: true\n---\n",
        "---\nA line of a poem\n---\n\nprivate: true\n",
        "***\n\nIn the dark, hidden: yes, it was\n\n***\n",
        "License: MIT\n\n---\n\nText, private: true, and so on.\n",
        "Title\n=====\n\nOn draft: true and private: true.\n",
        "Note: this page is about drafts.\n\nAccess: by train\n",
        "title: x\n\nAccess: by train from the north\n\ntext\n",
        "[![a](https://b.example/c.svg)](https://b.example)\n\n# Tool\n\nStatus: private beta\n",
        "%%\ndraft: true\n%%\n\ntext\n",
        "# Tool\n\n* draft: true\n* private: true\n",
        "**Status:** Draft\n**Private**: a word on methods\n\ntext\n",
        "Q: Is it private: true?\nA: No.\n",
        "Dear all,\nhidden: yes, that is what I am\n",
    ] {
        assert_eq!(told(text), (false, Vec::new()), "{text}");
    }
}

#[test]
fn a_password_is_in_no_warning() {
    let output = output(&yaml("password: rosebud"));
    assert!(output.draft && !format!("{:?}", output.warnings).contains("rosebud"));
}

#[test]
fn keys_are_found_whatever_their_case() {
    let output = output(
        "---\nTitle: Secret\nTAGS: [a]\nAuthor: Jo\nDescription: About it\nLicense: MIT\nMyKey: b\n---\n# Plan\n\nWords.\n",
    );
    for (key, value) in [
        ("title", serde_json::json!("Secret")),
        ("tags", serde_json::json!(["a"])),
        ("author", serde_json::json!("Jo")),
        ("description", serde_json::json!("About it")),
        ("license", serde_json::json!("MIT")),
        ("MyKey", serde_json::json!("b")),
    ] {
        assert_eq!(output.meta[key], value, "{key}");
    }
    assert!(output.meta.get("Title").is_none());
}

#[test]
fn of_one_key_in_two_cases_the_first_counts_and_it_is_told() {
    let output = output("---\ntitle: One\nTitle: Two\n---\nWords.\n");
    assert_eq!(output.meta["title"], "One");
    assert_eq!(output.meta["extra"]["Title"], "Two");
    let warning = &output.warnings[0];
    assert_eq!(
        (warning.code.as_str(), warning.line),
        ("frontmatter-duplicate-key", 3)
    );
}
