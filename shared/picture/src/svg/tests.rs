//! Drawings: hostile ones, those of programs, and what comes out of anything.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding as _};
use proptest::prelude::*;

use super::tables::*;
use super::*;

/// The files of a folder beside this one, with their names.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/svg/tests")
        .join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn drawn(inner: &str) -> String {
    let svg =
        format!("<svg xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\" viewBox=\"0 0 9 9\">{inner}</svg>");
    copy(svg.as_bytes())
}

/// The copy of a drawing that is taken.
fn copy(svg: &[u8]) -> String {
    let made = drawing(svg).unwrap();
    check(&made);
    String::from_utf8(made.bytes).unwrap()
}

/// What holds of each copy, told without the code that made it.
fn check(made: &Svg) {
    let text = std::str::from_utf8(&made.bytes).unwrap();
    let again = drawing(&made.bytes).unwrap();
    assert_eq!(std::str::from_utf8(&again.bytes).unwrap(), text);
    assert_eq!((again.width, again.height), (made.width, made.height));
    assert!(text.starts_with(&format!(
        "<svg xmlns=\"{SVG}\" width=\"{}\" height=\"{}\" viewBox=\"",
        made.width, made.height
    )));
    for never in ["<!", "<?", "xlink", "xmlns:", "]]>", "javascript", "\0"] {
        assert!(!text.contains(never), "{never} in {text}");
    }
    let document = Document::parse(text).unwrap();
    for node in document.descendants() {
        assert!(!node.is_comment() && !node.is_pi());
        if !node.is_element() {
            continue;
        }
        let name = node.tag_name().name();
        match node.tag_name().namespace() {
            Some(SVG) => assert!(has(ELEMENTS, name), "{name}"),
            Some(XHTML) => {
                assert!(has(HTML_ELEMENTS, name), "{name}");
                assert!(
                    node.ancestors()
                        .any(|node| node.has_tag_name((SVG, "foreignObject")))
                );
            }
            namespace => panic!("{name} of {namespace:?}"),
        }
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(matches!(attribute.namespace(), None | Some(XML)), "{name}");
            assert!(
                !name.starts_with("on") && !name.starts_with("data") && name != "src",
                "{name}"
            );
            if name == "href" {
                let is_picture = value.starts_with("data:image/webp;base64,")
                    && node.tag_name().name() == "image";
                assert!(value.starts_with('#') || is_picture, "{value}");
            } else {
                assert_no_address(value);
                if name != "d" {
                    assert_shallow(value);
                }
            }
        }
        if name == "style" {
            let css = node.text().unwrap();
            assert_no_address(css);
            assert!(!css.contains('<'), "{css}");
            assert_shallow(css);
            for rule in css.split('@').skip(1) {
                assert!(
                    rule.starts_with("media ") || rule.starts_with("keyframes "),
                    "{css}"
                );
            }
        }
    }
}

/// Whether brackets are no deeper in each other than browsers bear.
fn assert_shallow(css: &str) {
    let mut depth = 0;
    for c in css.chars() {
        depth += i32::from("([{".contains(c)) - i32::from(")]}".contains(c));
        assert!(depth <= 20, "{css:.200}");
    }
}

/// Whether a text of attributes or styles has no address but `#…`.
fn assert_no_address(text: &str) {
    let lower = text.to_ascii_lowercase();
    for never in [
        "//",
        "http:",
        "https:",
        "data:",
        "\\",
        "expression",
        "image-set",
        "src(",
    ] {
        assert!(!lower.contains(never), "{never} in {text}");
    }
    for address in lower.split("url").skip(1) {
        assert!(address.starts_with("('#"), "{text}");
    }
}

#[test]
fn hostile_drawings_are_harmless_or_refused() {
    let files = files("hostile");
    assert!(files.len() >= 90);
    for (name, svg) in files {
        match drawing(&svg) {
            Ok(made) => {
                check(&made);
                let text = String::from_utf8(made.bytes).unwrap();
                assert!(
                    !text.to_ascii_uppercase().contains("EVIL"),
                    "{name}: {text}"
                );
            }
            Err(Refused::Unsupported(sentence)) => {
                assert!(sentence.to_string().contains(". Export it as"), "{name}");
            }
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

/// What is refused as a whole: a browser couldn't read it, either, or it would hold one up.
#[test]
fn some_hostile_drawings_are_refused() {
    let refused: Vec<_> = files("hostile")
        .into_iter()
        .filter(|(_, svg)| drawing(svg).is_err())
        .map(|(name, _)| name.trim_end_matches(".svg").to_owned())
        .collect();
    let expected = [
        "class-bomb",
        "control",
        "doctype-html",
        "duplicate-attributes",
        "entity-bomb",
        "entity-flat-bomb",
        "entity-tag",
        "filter-bomb",
        "hidden-has",
        "hidden-htmlstyle",
        "hidden-layer",
        "hidden-nest",
        "hidden-nest2",
        "hidden-nssel",
        "hidden-scope",
        "hidden-supports",
        "latin-1",
        "marker-bomb",
        "namespace-case",
        "nul",
        "overlong",
        "pattern-bomb",
        "slow-anim1",
        "slow-cssblur",
        "slow-cssblur1",
        "slow-filterheavy",
        "source-nthc",
        "two-roots",
        "use-bomb",
        "use-loop",
        "xxe-parameter",
        "xxe",
    ];
    assert_eq!(refused, expected);
}

/// A drawing's name, its size, parts of its copy, and part of its notice.
type Kept = (
    &'static str,
    (u32, u32),
    &'static [&'static str],
    Option<&'static str>,
);

/// A small PNG with a comment that nobody may read.
fn png() -> String {
    let mut image = image::RgbaImage::new(4, 4);
    image.put_pixel(1, 1, image::Rgba([29, 78, 95, 255]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let bytes = bytes.into_inner();
    let comment = b"tEXtComment\0SECRET";
    let length = u32::try_from(comment.len() - 4).unwrap().to_be_bytes();
    let check = crate::tests::crc32(comment).to_be_bytes();
    let all = [&bytes[..33], &length, comment, &check, &bytes[33..]].concat();
    Base64::encode_string(&all)
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn drawings_of_programs_are_shown_without_what_is_private() {
    let svg = files("programs");
    let kept: [Kept; 12] = [
        (
            "animated-card.svg",
            (450, 195),
            &[
                ">Shown text<",
                "@keyframes fadeInAnimation{",
                ".stagger{opacity:0;animation:fadeInAnimation 0.3s ease-in-out forwards}",
                "class=\"stagger\"",
                "<animate attributeName=\"r\" values=\"4;6;4\" dur=\"2s\"",
                "type=\"rotate\"",
                "@media (prefers-color-scheme: dark){",
            ],
            None,
        ),
        (
            "drawio.svg",
            (201, 61),
            &[
                "<b>Shown</b> text<br/>of <font color=\"#ff0000\">two</font> lines",
                ">Shown text...</text></switch>",
                "<div xmlns=\"http://www.w3.org/1999/xhtml\" style=\"display:flex;align-items:unsafe center;",
                "<switch><g/><text",
                "stroke:light-dark(rgb(0, 0, 0), rgb(255, 255, 255))",
            ],
            None,
        ),
        (
            "excalidraw.svg",
            (321, 110),
            &[">Shown text<", "font-family=\"Excalifont, Xiaolai"],
            Some("fonts"),
        ),
        (
            "figma.svg",
            (240, 120),
            &[
                "href=\"data:image/webp;base64,",
                "<feGaussianBlur stdDeviation=\"2\"/>",
                "clip-path=\"url('#clip0_1_2')\"",
            ],
            None,
        ),
        (
            "graphviz.svg",
            (119, 155),
            &["<ellipse", ">Shown text<", "<title>a-&gt;b</title>"],
            None,
        ),
        (
            "illustrator.svg",
            (400, 300),
            &[
                "<switch><g><g id=\"Layer_1\"><path class=\"st2\"",
                ">Shown text<",
                "font-family:'MyriadPro-Regular'",
            ],
            Some("Hidden"),
        ),
        (
            "inkscape.svg",
            (794, 1123),
            &[
                "viewBox=\"0 0 210 297\"",
                ">Shown text<",
                "fill:url('#linearGradient3')",
                "<defs><path id=\"shared\"",
                "href=\"#linearGradient2\"",
                "<use href=\"#shared\"",
            ],
            Some("Hidden"),
        ),
        (
            "matplotlib.svg",
            (614, 461),
            &[
                "*{stroke-linejoin:round;stroke-linecap:butt}",
                "<use href=\"#DejaVuSans-30\"/>",
                "clip-path=\"url('#p4e8c1b2a3d')\"",
            ],
            None,
        ),
        (
            "mermaid-class.svg",
            (160, 512),
            &[
                "#mermaid-cls [id$='-extensionStart'],#mermaid-cls .extension{fill:transparent!important;",
            ],
            None,
        ),
        (
            "mermaid.svg",
            (231, 70),
            &[
                "<span class=\"nodeLabel\"><p>Shown text</p></span>",
                "marker-end=\"url('#my-svg_flowchart-v2-pointEnd')\"",
                "#my-svg .node rect,#my-svg .node circle{fill:#ECECFF;",
                "display:table-cell",
            ],
            None,
        ),
        (
            "plantuml.svg",
            (149, 128),
            &[">Shown\u{a0}text<", "preserveAspectRatio=\"none\""],
            None,
        ),
        (
            "shields.svg",
            (90, 20),
            &[
                "<title>build: passing</title>",
                ">Shown text</text></g>",
                "fill=\"url('#s')\"",
            ],
            None,
        ),
    ];
    assert_eq!(svg.len(), kept.len());
    for ((name, svg), (expected, size, kept, notice)) in svg.iter().zip(kept) {
        assert_eq!(name, expected);
        let svg = String::from_utf8(svg.clone()).unwrap();
        assert!(svg.contains("SECRET"));
        let svg = svg.replace("@PNG@", &png());
        assert!(is_svg(svg.as_bytes()), "{name}");
        let made = drawing(svg.as_bytes()).unwrap();
        check(&made);
        let text = String::from_utf8(made.bytes).unwrap();
        assert!(!text.contains("SECRET"), "{name}: {text}");
        assert_eq!((made.width, made.height), size, "{name}");
        for part in kept {
            assert!(text.contains(part), "{name}: no {part} in {text}");
        }
        assert_eq!(
            made.notice.is_some(),
            notice.is_some(),
            "{name}: {:?}",
            made.notice
        );
        assert!(
            made.notice
                .is_none_or(|told| told.to_string().contains(notice.unwrap_or_default())),
            "{name}"
        );
    }
}

#[test]
fn pictures_in_a_drawing_are_made_anew() {
    let png = png();
    assert!(
        Base64::decode_vec(&png)
            .unwrap()
            .windows(6)
            .any(|part| part == b"SECRET")
    );
    let spaced = format!("{}\n  {}", &png[..20], &png[20..]);
    let text = drawn(&format!(
        "<image width=\"4\" height=\"4\" xlink:href=\"data:img/anything; base64,{spaced}\"/>"
    ));
    let (_, data) = text.split_once("base64,").unwrap();
    let (data, _) = data.split_once('"').unwrap();
    let bytes = Base64::decode_vec(data).unwrap();
    assert!(!bytes.windows(6).any(|part| part == b"SECRET"));
    let image = image::load_from_memory(&bytes).unwrap().to_rgba8();
    assert_eq!(image.get_pixel(1, 1).0[3], 255);
    // One that is only the same pixels as ours with something behind them isn't ours.
    let planted = Base64::encode_string(&[&bytes, b"SECRET".as_slice()].concat());
    let text = drawn(&format!(
        "<image width=\"4\" height=\"4\" href=\"data:image/webp;base64,{planted}\"/>"
    ));
    assert!(!text.contains(&planted));
    let many = format!("<image href=\"data:image/png;base64,{png}\"/>").repeat(100);
    let made =
        drawing(format!("<svg xmlns=\"{SVG}\" width=\"1\" height=\"1\">{many}</svg>").as_bytes())
            .unwrap();
    assert_eq!(
        String::from_utf8(made.bytes)
            .unwrap()
            .matches("<image")
            .count(),
        64
    );
    assert!(made.notice.unwrap().to_string().contains("too many"));
}

#[test]
fn what_is_hidden_is_left_out() {
    for hidden in [
        "<g display=\"none\"><text>SECRET</text></g>",
        "<g style=\"display : none\"><text>SECRET</text></g>",
        "<style>.a, #b{display:none}</style><text class=\"x a\">SECRET</text><text id=\"b\">SECRET</text>",
        "<style>.a{visibility:hidden}</style><g class=\"a\"><text>SECRET</text></g>",
        "<g visibility=\"hidden\"><text>SECRET<tspan>SECRET</tspan></text><rect id=\"SECRET\"/></g>",
        "<text opacity=\"0\">SECRET</text><text style=\"opacity:0.0\">SECRET</text><text opacity=\"0%\">SECRET</text>",
        "<foreignObject><p xmlns=\"http://www.w3.org/1999/xhtml\">a<span style=\"display:none\">SECRET</span></p></foreignObject>",
        // All that moves is hidden itself.
        "<text opacity=\"0\">SECRET</text><g display=\"none\"><rect><animate attributeName=\"x\" to=\"1\"/></rect></g>",
        "<text opacity=\"0\">SECRET</text><rect><animate attributeName=\"href\" to=\"1\"/></rect>",
        "<text xmlns:x=\"y\" x:style=\"fill:red\" style=\"display:none\">SECRET</text>",
        "<style>.a{display:none}svg>g.k{display:none}g:not(.z).n{display:none}</style><g class=\"a\"><text>SECRET</text></g>",
        "<style>svg g>.a.b, * ~ [id^=x]{display:none}</style><g><text class=\"b a\">SECRET</text></g><text id=\"xy\">SECRET</text>",
        "<style>.a.b{display:none} .a{display:inline}</style><text class=\"a b\">SECRET</text>",
        "<style>.a{display:none!important} #b{display:inline}</style><text class=\"a\" id=\"b\" style=\"display:inline\">SECRET</text>",
        "<style>:is(.a, .b):where(text){display:none}</style><text class=\"a\">SECRET</text>",
        "<style media=\"all\">.\\61 {d\\69splay:none}</style><text class=\"a\">SECRET</text>",
        "<text display=\"n\\6f ne\">SECRET</text>",
        "<foreignObject><p xmlns=\"http://www.w3.org/1999/xhtml\">a<span hidden=\"until-found\">SECRET</span></p></foreignObject>",
        // Nothing that is shown refers to it.
        "<g display=\"none\"><text id=\"t\">SECRET</text></g><g display=\"none\"><use href=\"#t\"/></g>",
    ] {
        let text = drawn(&format!("<rect width=\"1\" height=\"1\"/>{hidden}"));
        assert!(!text.contains("SECRET"), "{text}");
    }
    for shown in [
        "<g visibility=\"hidden\"><text visibility=\"visible\">Shown</text></g>",
        "<defs style=\"display:none\"><text id=\"a\">Shown</text></defs><use href=\"#a\"/>",
        "<svg style=\"display:none\"><symbol id=\"a\"><text>Shown</text></symbol></svg><use href=\"#a\"/>",
        "<style>.a{display:none} .a.b{display:inline}</style><text class=\"a b\">Shown</text>",
        "<style>.a{display:none} svg>.a{display:inline}</style><text class=\"a\">Shown</text>",
        "<style>.a:hover, .a::before{display:none}</style><text class=\"a\">Shown</text>",
        "<style>.a{display:none}</style><style media=\"print\">.a{display:inline}</style><text class=\"a\" style=\"display:inline\">Shown</text>",
        "<style>.b:nth-child(2){display:none} .c{position:absolute;left:-9999px}</style><text class=\"a\">Shown</text>",
        "<style>text{position:absolute;left:4px;zoom:1;cursor:help} @layer a{text{fill:red}}</style><text>Shown</text>",
        "<style>@-webkit-keyframes a{from{opacity:0}} text:has(a), g+text:lang(de){fill:red}</style><text>Shown</text>",
        "<style>[data-look=neo] text{opacity:0.5;transform:scale(1.2)}</style><text>Shown</text>",
        "<text style=\"position:static;clip:auto;clip-path:none;mask:none;-webkit-mask-box-image:none;content-visibility:visible;transform:none\">Shown</text>",
        "<foreignObject><p xmlns=\"http://www.w3.org/1999/xhtml\" style=\"position:absolute;left:2px\">Shown</p></foreignObject>",
        "<style>@media (prefers-color-scheme:dark){.a{display:none}}</style><text class=\"a\">Shown</text>",
        "<text opacity=\"0\">Shown<animate attributeName=\"opacity\" to=\"1\" dur=\"1s\" fill=\"freeze\"/></text>",
        "<style>.a{display:none}</style><text class=\"a\" style=\"display:inline\">Shown</text>",
    ] {
        let text = drawn(&format!("<rect width=\"1\" height=\"1\"/>{shown}"));
        assert!(text.contains("Shown"), "{text}");
    }
}

/// What hides parts of a drawing and can't be in a copy mustn't go by itself.
#[test]
fn what_hides_and_cannot_be_kept_is_refused() {
    for css in [
        "text:has(b), text{display:none}",
        "@layer a{text{visibility:hidden}}",
        "@supports (a:b){@media all{text{opacity:0}}}",
        "text{fill:red;&{opacity:0%}}",
        "text:nth-child(2){display:none}",
        "g+text{display:none}",
        "text{offset-path:none;font-size:0;transform:scale(0) x(1)}",
        "text{position:absolute;clip:rect(0,0,0,0)}",
        "text{-webkit-mask-box-image:linear-gradient(red,red)}",
        "@media (min-width:1px){text[data-a]{display:none}}",
        "s|text{display:none}",
        "@property --a{syntax:'*';inherits:false;initial-value:none} text{display:var(--a)}",
    ] {
        let svg = format!(
            "<svg xmlns=\"{SVG}\"><style>{}</style><g/><text data-a=\"\">SECRET</text></svg>",
            css.replace('&', "&amp;")
        );
        let refused = drawing(svg.as_bytes()).map(|made| String::from_utf8(made.bytes).unwrap());
        let refused = refused.map_err(|refused| refused.to_string());
        assert!(
            refused
                .as_ref()
                .is_err_and(|refused| refused.contains("take the hidden parts out")),
            "{css}: {refused:?}"
        );
    }
}

#[test]
fn brackets_are_not_deep_and_selectors_not_many() {
    for inner in [
        format!(
            "<style>{}a{}{{fill:red}}</style>",
            ":is(".repeat(17),
            ")".repeat(17)
        ),
        format!(
            "<rect style=\"width:{}1px{}\"/>",
            "calc(".repeat(17),
            ")".repeat(17)
        ),
        format!(
            "<rect fill=\"{}red{}\"/>",
            "rgb(".repeat(17),
            ")".repeat(17)
        ),
        format!("<style>{}{{fill:red}}</style>", "a ".repeat(40)),
    ] {
        let text = drawn(&format!("<rect/>{inner}"));
        assert!(
            !text.contains("(((") && !text.contains("red") && !text.contains("1px"),
            "{text}"
        );
    }
    let many = format!("<rect/><style>{}a{{fill:red}}</style>", "a,".repeat(4000));
    let svg = format!("<svg xmlns=\"{SVG}\">{many}</svg>");
    assert!(
        drawing(svg.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("many parts")
    );
    let siblings = "<g/>".repeat(9000);
    let slow = format!(
        "<style>{}g{{fill:red}}</style><rect/>{siblings}",
        "h~g,".repeat(900)
    );
    let svg = format!("<svg xmlns=\"{SVG}\">{slow}</svg>");
    assert!(
        drawing(svg.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("many parts")
    );
}

#[test]
fn sizes_are_those_that_are_said() {
    for (root, size) in [
        ("width=\"100\" height=\"50\"", (100, 50)),
        ("width=\"10mm\" height=\"1in\"", (38, 96)),
        ("width=\"30pt\" height=\"2em\"", (40, 32)),
        (
            "width=\"100%\" height=\"100%\" viewBox=\"0 0 640 480\"",
            (640, 480),
        ),
        ("width=\"320\" viewBox=\"0 0 640 480\"", (320, 240)),
        ("height=\"240px\" viewBox=\"-1,-1,640,480\"", (320, 240)),
        ("viewBox=\"0 0 24 24\"", (24, 24)),
        ("viewBox=\"0 0 38400 100\"", (1920, 5)),
        ("width=\"4000\" height=\"3000\"", (1920, 1440)),
        ("width=\"1\" height=\"100000\"", (1, 16383)),
        ("width=\"0.1\" height=\"0.2\"", (1, 1)),
        ("viewBox=\"0 0 0 10\"", (300, 150)),
        (
            "viewBox=\"0 0 NaN 10\" width=\"-4\" height=\"inf\"",
            (300, 150),
        ),
        ("", (300, 150)),
    ] {
        let made =
            drawing(format!("<svg xmlns=\"{SVG}\" {root}><path d=\"M0 0\"/></svg>").as_bytes())
                .unwrap();
        assert_eq!((made.width, made.height), size, "{root}");
        check(&made);
        assert_eq!(made.notice.is_some(), size == (300, 150), "{root}");
    }
}

#[test]
fn styles_keep_what_is_known() {
    for (css, expected) in [
        (
            "a{fill:red;fil:blue;stroke:url( \"#a\" )}",
            "a{fill:red;stroke:url('#a')}\n",
        ),
        (
            "a { fill : rgb(1 2 3 / 50%) !important ; }",
            "a{fill:rgb(1 2 3 / 50%) !important}\n",
        ),
        (
            "a>b~c+d:hover , .x.y#z{fill:#FFF}",
            "a>b~c+d:hover,.x.y#z{fill:#FFF}\n",
        ),
        (
            "a{transform:translate(calc(-50% + .5e-3px),-1PX)}",
            "a{transform:translate(calc(-50% + .5e-3px),-1PX)}\n",
        ),
        (
            "a{font:12px \"DejaVu Sans\"}}b{fill:red}",
            "a{font:12px 'DejaVu Sans'}\nb{fill:red}\n",
        ),
        (
            "@media print{a{fill:red}@media (width<1px){b{fill:red}}}",
            "@media print{\na{fill:red}\n}\n",
        ),
        (
            "@keyframes a{0%,50.5%{opacity:0}to{opacity:1}x{fill:red}}",
            "@keyframes a{\n0%,50.5%{opacity:0}\nto{opacity:1}\n}\n",
        ),
        ("@font-face{a:b}@import 'x';a{fill:red}", "a{fill:red}\n"),
        ("a{fill:re/*x*/d}", "a{fill:re d}\n"),
        ("a{fill:red", "a{fill:red}\n"),
        ("a{fill:rgb(0,0,0;stroke:red}", "a{stroke:red}\n"),
        ("a{fill:ur\\l(x)}b{}c{position:fixed}", ""),
        ("a{--x:1;fill:var(--x,red)}", "a{--x:1;fill:var(--x,red)}\n"),
        ("a[b]{fill:red}", ""),
        (
            "g [id$=\"-x\"],a[b] c,[class~=y i],[d]>e{fill:red}",
            "g [id$='-x'],[d]>e{fill:red}\n",
        ),
        (":is(a,b):not(.c){fill:red}", ":is(a,b):not(.c){fill:red}\n"),
        (".\\61 b{f\\69ll:r\\65 d;d:\\#}", ".ab{fill:red}\n"),
        ("<!-- a{fill:red} -->", "a{fill:red}\n"),
        (
            "a{mask-image:linear-gradient(red,#000)}",
            "a{mask-image:linear-gradient(red,#000)}\n",
        ),
    ] {
        let css = css::unescaped(css);
        let sheet = css::Sheet::read(&css, "");
        assert_eq!(sheet.text, expected, "{css}");
        assert_eq!(css::Sheet::read(&sheet.text, "").text, expected);
    }
}

#[test]
fn tables_are_sorted() {
    for table in [
        ELEMENTS,
        ANIMATIONS,
        DRAWN,
        NEVER_DRAWN,
        WITH_TEXT,
        HTML_ELEMENTS,
        HTML_ATTRIBUTES,
        PLAIN_ATTRIBUTES,
        ANIMATED_VALUES,
        PRESENTATION,
        PROPERTIES,
        FUNCTIONS,
        FILTER_FUNCTIONS,
        SELECTOR_FUNCTIONS,
        SILENT,
    ] {
        assert!(table.is_sorted_by(|one, next| one < next), "{table:?}");
    }
    let elements: HashSet<_> = ELEMENTS.iter().collect();
    for table in [ANIMATIONS, DRAWN, NEVER_DRAWN, WITH_TEXT] {
        assert!(table.iter().all(|name| elements.contains(name)));
    }
    for never in ["script", "a", "iframe", "img", "style"] {
        assert!(!has(HTML_ELEMENTS, never));
    }
}

#[test]
fn drawings_are_told_from_pages() {
    let svg = format!("<svg xmlns=\"{SVG}\"/>");
    let long = format!(
        "<!DOCTYPE svg [{}]><!--{}-->{svg}",
        "<!ENTITY a 'b'>".repeat(100),
        "x".repeat(9000)
    );
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(svg.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for drawing in [
        svg.as_bytes(),
        long.as_bytes(),
        &wide,
        b"\xef\xbb\xbf <?xml version='1.0'?>\r\n<!-- <html> -->\n<svg:svg xmlns:svg='x'>",
        b"<svg\n",
    ] {
        assert!(is_svg(drawing));
        assert_eq!(crate::check_for_documents(drawing), Ok(()));
        assert!(crate::renditions(drawing).is_err());
    }
    for other in [
        b"<!DOCTYPE html><html><svg></svg></html>".as_slice(),
        b"<html><svg>",
        b"<svgx/>",
        b"<!-- <svg>",
        b"# <svg",
        b"\x1f\x8b\x08\0<svg",
        b"",
    ] {
        assert!(!is_svg(other));
        assert!(crate::check_for_documents(other).is_err());
    }
}

#[test]
fn a_document_shows_the_copy_of_a_drawing() {
    let svg = format!(
        "<svg xmlns=\"{SVG}\" width=\"40\" height=\"30\"><rect width=\"40\" height=\"30\"/></svg>"
    );
    let made = crate::for_documents(svg.as_bytes()).unwrap();
    assert_eq!(
        (made.content_type, made.extension, made.notice),
        ("image/svg+xml", "svg", None)
    );
    let [only] = made.renditions.as_slice() else {
        panic!("one")
    };
    assert_eq!((only.width, only.height), (40, 30));
    assert_eq!(drawing(svg.as_bytes()).unwrap().bytes, only.bytes);
}

/// Steps of a filter count wherever they are written.
#[test]
fn filters_are_counted() {
    let blurs = "blur(1px) ".repeat(1100);
    for inner in [
        format!("<rect filter=\"{blurs}\"/>"),
        format!("<rect style=\"filter:{blurs}\"/>"),
        format!(
            "<style>.a{{filter:{}}}</style>{}",
            &blurs[..200],
            "<rect class=\"a\"/>".repeat(60)
        ),
        format!(
            "<style>g > .a{{filter:{}}}</style>{}",
            &blurs[..200],
            "<rect class=\"a\"/>".repeat(60)
        ),
    ] {
        let svg = format!("<svg xmlns=\"{SVG}\">{inner}</svg>");
        let refused = drawing(svg.as_bytes()).unwrap_err().to_string();
        assert!(refused.contains("many parts"), "{refused}");
    }
}

/// A filter that blurs far takes long, the more so in a large drawing that moves.
#[test]
fn far_filters_count_more_often() {
    let rects = |count: usize, style: &str| {
        format!("<rect width=\"900\" height=\"900\" style=\"{style}\"/>").repeat(count)
    };
    let nested = |count: usize, style: &str| {
        let open = format!("<g style=\"{style}\">").repeat(count);
        format!(
            "{open}<rect width=\"900\" height=\"900\"/>{}",
            "</g>".repeat(count)
        )
    };
    let moving = "<style>@keyframes k{to{rotate:1turn}}rect{animation:k 1s infinite}</style>";
    let steps = |steps: &str| {
        format!(
            "<filter id=\"f\">{steps}</filter><rect filter=\"url(#f)\" width=\"9\" height=\"9\"/>"
        )
    };
    for slow in [
        rects(3000, "filter:drop-shadow(0 0 90px red)"),
        rects(200, "filter:drop-shadow(0 0 5em red)"),
        rects(300, "filter:blur(var(--a))"),
        moving.to_owned() + &rects(30, "filter:blur(50px)"),
        nested(20, "filter:blur(1px)"),
        steps(&"<feGaussianBlur stdDeviation=\"900 1\"/>".repeat(20)),
        steps("<feTurbulence numOctaves=\"8\" baseFrequency=\"9\"/>").repeat(100),
        steps(&"<feMorphology radius=\"50\"/>".repeat(50)),
    ] {
        let svg = format!("<svg xmlns=\"{SVG}\" width=\"900\" height=\"900\">{slow}</svg>");
        let refused = drawing(svg.as_bytes())
            .map(drop)
            .map_err(|refused| refused.to_string());
        assert!(
            refused
                .as_ref()
                .is_err_and(|refused| refused.contains("many parts")),
            "{slow:.200}: {refused:?}"
        );
    }
    for quick in [
        rects(
            400,
            "filter:drop-shadow(1px 2px 2px rgba(185, 185, 185, 1))",
        ),
        moving.to_owned() + &rects(5, "filter:blur(50px)"),
        nested(4, "filter:blur(4px)"),
        steps("<feGaussianBlur stdDeviation=\"100\"/>"),
        steps("<feTurbulence numOctaves=\"3\" baseFrequency=\".1\"/>"),
        steps("<feMorphology radius=\"2\"/><feOffset/><feGaussianBlur stdDeviation=\"5\"/>")
            .repeat(50),
    ] {
        let svg = format!("<svg xmlns=\"{SVG}\" width=\"1440\" height=\"1024\">{quick}</svg>");
        copy(svg.as_bytes());
    }
}

/// What a property of one's own names is drawn where the property is used.
#[test]
fn properties_of_ones_own_may_name_elements() {
    let gradient = "<linearGradient id=\"g\"><stop stop-color=\"var(--c)\"/></linearGradient>";
    let text = drawn(&format!(
        "<style>:root{{--g:url(#g);--c:red}}.a{{fill:var(--g)}}</style>{gradient}<rect class=\"a\"/>"
    ));
    assert!(text.contains(":root{--g:url('#g');--c:red}"), "{text}");
    let inner = "<rect/>".repeat(1000);
    let users = "<rect style=\"fill:var(--p)\"/>".repeat(300);
    for root in [
        "<style>svg{--p:url(#p)}</style><g>",
        "<g style=\"--p:url(#p)\">",
    ] {
        let svg = format!(
            "<svg xmlns=\"{SVG}\">{root}<pattern id=\"p\">{inner}</pattern>{users}</g></svg>"
        );
        assert!(
            drawing(svg.as_bytes())
                .unwrap_err()
                .to_string()
                .contains("many parts")
        );
    }
}

#[test]
fn ids_may_have_spaces_and_brackets() {
    for id in ["a b", "a(b)", "a&amp;b", "Größe 1"] {
        let text = drawn(&format!(
            "<linearGradient id=\"{id}\"/><rect id=\"r {id}\" fill=\"url( '#{id}' )\"/><use href=\"#r {id}\"/>"
        ));
        for part in [
            format!("<linearGradient id=\"{id}\"/>"),
            format!("fill=\"url('#{id}')\""),
            format!("<use href=\"#r {id}\"/>"),
        ] {
            assert!(text.contains(&part), "no {part} in {text}");
        }
    }
}

#[test]
fn only_what_is_loaded_from_elsewhere_is_told_as_that() {
    for (inner, is_told) in [
        ("<rect fill=\"url(#a%20b)\"/>", false),
        ("<rect style=\"fill:url('#a%20b')\"/>", false),
        ("<use href=\"#a%20b\"/><rect/>", false),
        ("<rect fill=\"url(http://a/b#c)\"/>", true),
        ("<rect style=\"fill:url( 'a.svg#c')\"/>", true),
        ("<use href=\"a.svg#b\"/><rect/>", true),
    ] {
        let svg = format!("<svg xmlns=\"{SVG}\" viewBox=\"0 0 9 9\">{inner}</svg>");
        let notice = drawing(svg.as_bytes()).unwrap().notice;
        assert_eq!(
            notice.is_some_and(|notice| notice.to_string().contains("elsewhere")),
            is_told,
            "{inner}"
        );
    }
}

/// Long files of every kind take no more than their length.
#[test]
fn long_files_take_no_long_time() {
    let length = MAX_SVG_BYTES / 4;
    let filled = |before: &str, part: &str, after: &str| {
        let times = (length - before.len() - after.len()) / part.len();
        format!("{before}{}{after}", part.repeat(times))
    };
    let open = format!("<svg xmlns=\"{SVG}\" viewBox=\"0 0 9 9\"><rect/>");
    let start = |rest: &str| format!("{open}{rest}");
    let many =
        |count: usize, part: fn(usize) -> String| (0..count).map(part).collect::<Vec<_>>().concat();
    let numbered = many(49_000, |at| {
        format!(
            "<rect id=\"a{at}\" fill=\"url(#a{})\" class=\"a b c\"/>",
            at + 1
        )
    });
    let attributes = many(300_000, |at| format!(" a{at}=\"\""));
    let namespaces = many(100_000, |at| format!(" xmlns:a{at}=\"b\""));
    for svg in [
        filled(&start("<path d=\""), "h1", "\"/></svg>"),
        filled(&start(""), "<g>", ""),
        filled(&start(""), "<g/>", "</svg>"),
        filled(&start(""), "<", ""),
        filled(&start(""), "<!--", ""),
        filled(&start(""), "<![CDATA[", ""),
        filled(&start("<text>"), "&amp;", "</text></svg>"),
        filled(&start("<text>"), "&", "</text></svg>"),
        filled(&start("<style>"), "a{", "</style></svg>"),
        filled(&start("<style>"), "@media a{", "</style></svg>"),
        filled(&start("<style>"), "a,", "{fill:red}</style></svg>"),
        filled(&start("<style>"), "/*", "</style></svg>"),
        filled(&start("<style>"), "url(", "</style></svg>"),
        filled(&start("<style>"), "\"", "</style></svg>"),
        filled(&start("<style>"), "a{fill:red}", "</style></svg>"),
        filled(&start("<style>a{"), "fill:rgb(", "}</style></svg>"),
        filled(&start("<rect style=\""), "fill:red;", "\"/></svg>"),
        filled(&start("<rect class=\""), "a ", "\"/></svg>"),
        filled(
            &start("<animate attributeName=\"fill\" values=\""),
            "red;",
            "\"/></svg>",
        ),
        filled(
            &format!("{open}<image href=\"data:image/png;base64,"),
            "AAAA",
            "\"/></svg>",
        ),
        filled("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>", "&a", "</svg>"),
        filled(
            "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg><text>",
            "&a;",
            "</text></svg>",
        ),
        filled("<!DOCTYPE svg [", "<!-- >", ""),
        filled("<!DOCTYPE svg [", "<!ENTITY a 'b'>", "]><svg/>"),
        filled("<!DOCTYPE svg [", "<!ATTLIST a b>", "]><svg/>"),
        filled("", "<?a?>", "<svg/>"),
        format!("<svg{attributes}/>"),
        format!("<svg{namespaces}/>"),
        start(&format!("{numbered}</svg>")),
        start(&format!(
            "<style>{}</style>{}</svg>",
            ".a .b,".repeat(1900) + "c{mask:url(#a)}",
            "<rect class=\"a b\"/>".repeat(40_000)
        )),
    ] {
        let began = Instant::now();
        let made = drawing(svg.as_bytes());
        let took = began.elapsed();
        if let Ok(made) = made {
            check(&made);
        }
        assert!(took < Duration::from_secs(15), "{took:?}: {}", &svg[..120]);
    }
    assert!(drawing(&vec![b' '; MAX_SVG_BYTES + 1]).is_err());
}

/// Pieces of drawings, good and bad.
const PIECES: &[&str] = &[
    "<g>",
    "</g>",
    "<g id=\"a\" class=\"c d\">",
    "<rect width=\"5\" height=\"5\"/>",
    "<use href=\"#a\"/>",
    "<text x=\"1\">",
    "</text>",
    "Text &amp; &lt;more",
    "<style>",
    "</style>",
    ".c{fill:url(#a);",
    "display:none}",
    "@media (min-width:1px){",
    "}",
    "{",
    "/*",
    "*/",
    "<a xlink:href=\"javascript:x\">",
    "</a>",
    "<foreignObject>",
    "</foreignObject>",
    "<div xmlns=\"http://www.w3.org/1999/xhtml\" style=\"color:red;background:url(//x)\">",
    "</div>",
    "<script>",
    "</script>",
    "<animate attributeName=\"fill\" values=\"red;url(#a);url(http://x)\"/>",
    "<set attributeName=\"href\" to=\"data:,x\"/>",
    "<image href=\"http://x/y.png\"/>",
    "<image href=\"data:image/png;base64,AAAA\"/>",
    "<defs>",
    "</defs>",
    "<switch>",
    "</switch>",
    "<g style=\"display:none;fill:url('#b')\" onclick=\"x\">",
    "<path d=\"M0 0\" id=\"b\" marker-mid=\"url(#a)\" opacity=\"0\"/>",
    "<filter id=\"f\"><feGaussianBlur stdDeviation=\"2\"/></filter>",
    "<!-- x -->",
    "<![CDATA[ <b> ]]>",
    "<?x y?>",
    "&#10;",
    "&#13;",
    "\t",
    "<title>",
    "</title>",
    "<g visibility=\"hidden\">",
    "<tspan visibility=\"visible\">",
    "</tspan>",
    "@import 'x';",
    "\"",
    "'",
    "\\75rl(x)",
    "@keyframes k{from{opacity:0}}",
    "<svg width=\"3\">",
    "</svg>",
    "é\u{301}\u{200b}",
    "<metadata>",
    "</metadata>",
    "<x:y xmlns:x=\"z\">",
    "</x:y>",
];

/// A drawing of such pieces whose elements are closed where they were opened.
fn pieced() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| {
        let mut text = format!(
            "<svg xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\" viewBox=\"0 0 9 9\"><rect id=\"z\"/>"
        );
        let mut open: Vec<&str> = Vec::new();
        let name = |piece: &'static str| {
            piece
                .trim_matches(['<', '/', '>'])
                .split(' ')
                .next()
                .unwrap()
        };
        for piece in pieces {
            if let Some(ended) = piece.strip_prefix("</") {
                if open.last() != Some(&ended.trim_end_matches('>')) {
                    continue;
                }
                open.pop();
            } else if piece.starts_with('<')
                && !piece.ends_with("/>")
                && !piece.contains("</")
                && !piece.starts_with("<!")
                && !piece.starts_with("<?")
            {
                open.push(name(piece));
            }
            text.push_str(piece);
        }
        for name in open.into_iter().rev() {
            text.extend(["</", name, ">"]);
        }
        text + "</svg>"
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn whatever_comes_out_is_harmless(svg in pieced()) {
        match drawing(svg.as_bytes()) {
            Ok(made) => check(&made),
            Err(refused) => prop_assert!(!refused.to_string().contains("well-formed"), "{}", svg),
        }
    }

    #[test]
    fn any_css_is_harmless(css in "[a-z@{}():;#.,'\"/*\\\\ 0-9!%<>&\\-\n]{0,60}") {
        let sheet = css::Sheet::read(&css, "");
        assert_no_address(&sheet.text.replace("//", ""));
        prop_assert_eq!(&css::Sheet::read(&sheet.text, "").text, &sheet.text);
        if let Some(value) = css::value(&css) {
            prop_assert_eq!(css::value(&value), Some(value));
        }
    }

    #[test]
    fn damaged_drawings_are_no_trouble(at in 0_usize..4000, byte: u8, which in 0_usize..11) {
        let (_, mut svg) = files("programs").swap_remove(which);
        let at = at % svg.len();
        svg[at] = byte;
        if let Ok(made) = drawing(&svg) {
            check(&made);
        }
        let _ = drawing(&svg[..at]);
    }
}
