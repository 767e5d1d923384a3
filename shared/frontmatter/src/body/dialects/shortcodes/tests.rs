//! Shortcodes before and after.

use crate::body::dialects::tests::translated;

#[test]
fn shortcodes_are_what_they_show() {
    for (before, after) in [
        (
            "First [the intro]({{< relref \"intro.md\" >}}), then {{< ref \"guide#part\" >}}.\n",
            "First [the intro](intro.md), then [guide#part](guide.md#part).\n",
        ),
        (
            "{{< youtube ZJthWmvUzzc >}}\n",
            "[https://www.youtube.com/watch?v=ZJthWmvUzzc](https://www.youtube.com/watch?v=ZJthWmvUzzc)\n",
        ),
        (
            "{{< figure src=\"https://e.org/a.png\" caption=\"The arm\" >}}\n",
            "![The arm](https://e.org/a.png)\n",
        ),
        (
            "{{% notice tip \"Mind\" %}}\nThe *gap*.\n{{% /notice %}}\n",
            "> [!tip] Mind\n> The *gap*.\n\n",
        ),
        (
            "{{< details \"Summary\" >}}\nBody\n{{< /details >}}\n",
            "> [!note]- Summary\n> Body\n\n",
        ),
        (
            "{{< hint info >}}Short.{{< /hint >}}\n",
            "> [!info]\n> Short.\n",
        ),
        (
            "{{< button href=\"https://e.org\" >}}Go{{< /button >}}\n",
            "[Go](https://e.org)\n",
        ),
        (
            "{{< unknown a=b >}}\n\nText {{< badge >}}x{{< /badge >}}.\n",
            "\nText x.\n",
        ),
        (
            "{% note() %}\nMind the gap.\n{% end %}\n",
            "> [!note]\n> Mind the gap.\n\n",
        ),
        (
            "{{ youtube(id=\"abc\") }}\n",
            "[https://www.youtube.com/watch?v=abc](https://www.youtube.com/watch?v=abc)\n",
        ),
        (
            "{% hint style=\"warning\" %}\nHot.\n{% endhint %}\n",
            "> [!warning]\n> Hot.\n\n",
        ),
        (
            "{% include figure image_path=\"/a.png\" alt=\"A\" caption=\"B\" %}\n",
            "![A](/a.png) *B*\n",
        ),
        (
            "[a]({% link _posts/2020-01-01-b.md %})\n",
            "[a](_posts/2020-01-01-b.md)\n",
        ),
        (
            "[a]({{ site.baseurl }}/b) ![c]({{ '/d.png' | relative_url }})\n",
            "[a](/b) ![c](/d.png)\n",
        ),
        (
            "{% content-ref url=\"a.md\" %}\n[a](a.md)\n{% endcontent-ref %}\n",
            "\n[a](a.md)\n\n",
        ),
        (
            "{% raw %}{% include x %}{% endraw %} and {% raw %}`{{ y }}`{% endraw %}\n",
            "\\{% include x %} and `{{ y }}`\n",
        ),
    ] {
        assert_eq!(translated(before), after, "from {before:?}");
    }
}

#[test]
fn what_is_highlighted_is_code() {
    for (before, after) in [
        (
            "{% highlight html %}\n<style>\n  a { b: c; }\n</style>\n<img src=\"https://e.org/a.png\">\n{% endhighlight %}\n",
            "```html\n<style>\n  a { b: c; }\n</style>\n<img src=\"https://e.org/a.png\">\n```\n",
        ),
        (
            "a\n\n{% highlight ruby linenos %}\n    def a\n\n    x = `ls`\n{% endhighlight %}\nb\n",
            "a\n\n```ruby\n    def a\n\n    x = `ls`\n```\nb\n",
        ),
        (
            "{{<mermaid>}}\ngraph TD\n{{</mermaid>}}\n",
            "```mermaid\ngraph TD\n```\n",
        ),
        (
            "{{< highlight go \"linenos=table\" >}}\nx := `a`\n{{< / highlight >}}\n",
            "```go\nx := `a`\n```\n",
        ),
        (
            "{% highlight html %}\n<b>x</b>\n<!-- hidden -->\n{% endhighlight %}\n",
            "```html\n<b>x</b>\n\n```\n",
        ),
    ] {
        assert_eq!(translated(before), after, "from {before:?}");
    }
}

#[test]
fn templates_in_code_and_values_stay() {
    for body in [
        "`{% highlight %}`\n",
        "```\n{{< youtube x >}}\n```\n",
        "Write {{ name }} and {% for x in y %}.\n",
        "{{</* youtube x */>}}\n",
        "{% highlight never %}\nclosed\n",
    ] {
        assert_eq!(translated(body), body);
    }
}

#[test]
fn no_comment_begins_in_what_tags_enclose() {
    for (before, after) in [
        (
            "{% highlight bat %}\nfor %%a in (x) do echo %%a {# b #}\n{% endhighlight %}\n",
            "```bat\nfor %%a in (x) do echo %%a {# b #}\n```\n",
        ),
        (
            "{{< highlight c \"linenos=table\" >}}\n%%a%% {# b #} {/* c */}\n{{< /highlight >}}\n",
            "```c\n%%a%% {# b #} {/* c */}\n```\n",
        ),
        (
            "{% raw %}{% comment %}a{% endcomment %} {# b #} %%c%%{% endraw %} d\n",
            "\\{% comment %}a\\{% endcomment %} \\{# b #} \\%%c\\%% d\n",
        ),
    ] {
        let bodies = crate::markdown::Bodies::default();
        let document = crate::markdown::Document::parse(before);
        assert!(
            crate::hidden::hide(&document, &bodies).is_none(),
            "{before:?}"
        );
        assert_eq!(translated(before), after, "from {before:?}");
        assert_eq!(translated(after), after, "again");
        let document = crate::markdown::Document::parse(after);
        assert!(
            crate::hidden::hide(&document, &bodies).is_none(),
            "{after:?}"
        );
    }
    let commented = "{% comment %}{% raw %}S{% endcomment %} {# S #}{% endraw %}\n";
    let bodies = crate::markdown::Bodies::default();
    let document = crate::markdown::Document::parse(commented);
    let (hidden, _) = crate::hidden::hide(&document, &bodies).unwrap();
    assert!(!hidden.body.contains('S'), "{}", hidden.body);
}
