using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

public sealed class ChatTemplateTests
{
    private static readonly ChatMessage[] Messages = [new("user", "Hi 🦙"), new("assistant", "It's <b>\"fine\"</b>\n")];

    [Theory]
    [InlineData("{% if true %}\n  x\n  {% endif %}\ny", "  x\ny")]
    [InlineData("a  {%- if true -%}  b  {%- endif -%}  c", "abc")]
    [InlineData("a\n  {# note #}\nb {{ 'c' }}\n", "a\nb c")]
    [InlineData("{% raw %}{{ x }}{% endraw %}", "{{ x }}")]
    [InlineData("{{ {'a': {'b': 1}}['a']['b'] }}", "1")]
    [InlineData("{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 10 }} {{ 7 / 2 }} {{ 1e16 }} {{ 1e15 }} {{ 0.00001 }} {{ 0.0001 }} {{ 3.0 }} {{ 0.1 + 0.2 }}", "3 -4 2 1024 3.5 1e+16 1000000000000000.0 1e-05 0.0001 3.0 0.30000000000000004")]
    [InlineData("{{ -0.0 }} {{ 12.5 }} {{ 1.5e300 }} {{ 1.25e-7 }} {{ 123456789012345680.0 }} {{ -100.0 }}", "-0.0 12.5 1.5e+300 1.25e-07 1.2345678901234568e+17 -100.0")]
    [InlineData("{{ [1, 'a\\'b', none, true, 2.5] }} {{ {'k': 'v'} }}", "[1, \"a'b\", None, True, 2.5] {'k': 'v'}")]
    [InlineData("{{ 'abcdef'[1:4] }} {{ 'abc'[::-1] }} {{ [1,2,3][-1] }} {{ '🦙ab'[1:] }} {{ '🦙' | length }}", "bcd cba 3 ab 1")]
    [InlineData("{{ 'x' if false }}{{ missing }}{{ missing | default('d') }}{{ '' | default('e', true) }}", "de")]
    [InlineData("{% set ns = namespace(n=0) %}{% for i in range(5) if i % 2 %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "4")]
    [InlineData("{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{{ ',' if not loop.last }}{% endfor %}", "0,2,3,")]
    [InlineData("{% for k, v in {'a': 1, 'b': 2}.items() %}{{ loop.index }}{{ k }}{{ v }}{% else %}none{% endfor %}", "1a12b2")]
    [InlineData("{% macro m(a, b='x') %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, b=2) }}", "[1x][12]")]
    [InlineData("{% set x %}in{% endset %}{{ x | upper }}{% filter trim %}  y  {% endfilter %}", "INy")]
    [InlineData("{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}", "1")]
    [InlineData("{{ messages[0].content is string and messages is not mapping and 'a' in 'cat' and 3 not in [1] }}", "True")]
    [InlineData("{{ 1 < 2 < 3 }} {{ 'a' ~ 1 ~ none }} {{ 4 is even }} {{ 9 is divisibleby 3 }}", "True a1None True True")]
    [InlineData("{{ ['b', 'a'] | sort | join('-') }} {{ [1, 2, 3] | select('odd') | list }} {{ messages | map(attribute='role') | join('|') }}", "a-b [1, 3] user|assistant")]
    [InlineData("{{ messages | selectattr('role', 'equalto', 'user') | list | length }}", "1")]
    [InlineData("{{ {'a': [1, 2.0, none, '<é>\\n']} | tojson }}", "{\"a\": [1, 2.0, null, \"<é>\\n\"]}")]
    [InlineData("{{ {'a': [1], 'b': {}} | tojson(indent=2) }}", "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}")]
    [InlineData("{{ ('<a>' | safe) + '<b>' }} {{ ('<a>' | safe) ~ '<b>' }}", "<a>&lt;b&gt; <a><b>")]
    [InlineData("{{ '  x '.strip() }}{{ '\\n\\ny'.lstrip('\\n') }}{{ 'a,b,c'.split(',')[-1] }}{{ 'a b'.title() }}{{ 'aXb'.replace('X', '-') }}", "xycA Ba-b")]
    [InlineData("{{ strftime_now('%d %b %Y') }}", "05 Mar 2024")]
    [InlineData("{% for x in 'ab' %}{{ loop.revindex }}{{ loop.previtem }}{{ loop.cycle('p', 'q') }}{{ loop['length'] }} {% endfor %}", "2p2 1aq2 ")]
    [InlineData("{{ {'a': 1}.items() | list }} {{ (1,) }} {{ {'b': 'x' | safe} }} {{ (1, 2) == [1, 2] }} {{ (1, 2) | tojson }}", "[('a', 1)] (1,) {'b': Markup('x')} False [1, 2]")]
    [InlineData("{{ 'a,b-c <x> (y) d.e' | title }} {{ 'a,b'.title() }} {{ 'Größe' | upper }}", "A,b-C <X> (Y) D.e A,B GRÖSSE")]
    [InlineData("{{ 'ab'.replace('', '-') }} {{ 'ab'.replace('', '-', 2) }}", "-a-b- -a-b")]
    [InlineData("{{ 3 // (-1 / 3) }} {{ 1e3 % 6.1 }} {{ 0 / 7 % -2 }} {{ -7.5 // 2 }} {{ -7.5 % 2 }} {{ 4.0 is even }} {{ 9.0 is divisibleby 3 }}", "-10.0 5.700000000000058 -0.0 -4.0 0.5 True True")]
    [InlineData("{% generation %}g{% endgeneration %}{{ bos_token }}", "g<s>")]
    public void It_renders_as_the_reference(string source, string expected) => Assert.Equal(expected, Render(source));

    [Theory]
    [InlineData("{{ 'a' }")]
    [InlineData("{% if x %}")]
    [InlineData("{% endif %}")]
    [InlineData("{% include 'x' %}")]
    [InlineData("{{ x.y }}")]
    [InlineData("{{ 'a' + 1 }}")]
    [InlineData("{{ 1 // 0 }}")]
    [InlineData("{{ [].append(1) }}")]
    [InlineData("{{ 9223372036854775807 + 1 }}")]
    [InlineData("{{ 'x' | nonsense }}")]
    [InlineData("{% break %}")]
    [InlineData("{{ 99999999999999999999 }}")]
    public void Mistakes_end_as_its_own_exception(string source) => Assert.Throws<ChatTemplateException>(() => Render(source));

    [Fact]
    public void What_the_template_refuses_is_told_in_its_words()
    {
        var error = Assert.Throws<ChatTemplateException>(() => Render("{{ raise_exception('roles must alternate') }}"));
        Assert.True(error.RaisedByTemplate);
        Assert.Equal("roles must alternate", error.Message);
    }

    [Fact]
    public void A_date_nobody_gave_is_refused() =>
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("{{ strftime_now('%Y') }}").Render(Messages, false));

    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{{ 'x' * 9999999999 }}")]
    [InlineData("{{ [1] * 9223372036854775807 }}")]
    [InlineData("{% set ns = namespace(x='xxxxxxxxxx') %}{% for a in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='aaaaaaaaaa') %}{% for a in range(100) %}{% set ns.x = ns.x.replace('a', ns.x) %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for a in range(100) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for a in range(100) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == [ns.x] }}{{ ns.x | tojson }}")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for a in range(200000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x | tojson }}")]
    [InlineData("{% macro m(a) %}{{ m(a) }}{% endmacro %}{{ m(1) }}")]
    [InlineData("{{ range(9223372036854775807) }}")]
    [InlineData("{% set a = 'a' * 6000000 %}{{ (a ~ 'b' ~ a) in (a ~ a ~ a) }}")]
    [InlineData("{% set a = 'a' * 6000000 %}{{ (a ~ a).find(a ~ 'b') }}{{ (a ~ a).count(a ~ 'b') }}")]
    [InlineData("{% set a = 'a' * 6000000 %}{{ (a ~ a).strip(('b' * 6000000) ~ 'a') }}")]
    [InlineData("{% set a = 'a' * 6000000 %}{{ a.split('a') }}")]
    [InlineData("{% set a = 'a ' * 6000000 %}{{ a.split() }}")]
    [InlineData("{% set a = '\n' * 6000000 %}{{ a.splitlines() }}")]
    [InlineData("{{ 'x' * 33554433 }}")]
    public void Unbounded_work_is_stopped(string source) => Assert.Throws<ChatTemplateException>(() => Render(source));

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("-", "")]
    [InlineData("not ", "")]
    [InlineData("1 + ", "")]
    public void Deep_nesting_is_refused_before_the_stack_ends(string open, string close)
    {
        var depth = 100_000 / open.Length;
        var source = "{{ " + string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth)) + " }}";
        Assert.Throws<ChatTemplateException>(() => Render(source));
    }

    [Fact]
    public void Mutated_templates_render_or_end_as_its_own_exception()
    {
        const string Source =
            "{%- set ns = namespace(a=[]) %}{% macro m(x, y='z') %}{{ x[1:2] ~ y | trim }}{% endmacro %}{# c #}{% for k, v in {'a': 1}.items() if v is defined %}" +
            "{{ loop.index }}{% set ns.a = ns.a + [v] %}{% if v > 0 and not loop.first %}{% continue %}{% elif v %}{{ m('abc', y=2 ** 3) | tojson(indent=2) }}{% else %}{% endif %}{% endfor %}" +
            "{% for message in messages %}{{ message['content'].split('x')[-1] | replace('a', 'b') | upper }}{% endfor %}{{ (ns.a | join(',')) if ns.a else 'none' }}";
        const string Letters = "{}%#-+|'\"()[].,:=~*/<> \nabx01isnot";
        var random = new Random(12);
        var rendered = 0;
        for (var round = 0; round < 5000; round++)
        {
            var source = Source.ToCharArray().ToList();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(source.Count);
                source.RemoveRange(at, Math.Min(random.Next(4), source.Count - at));
                source.InsertRange(at, Enumerable.Range(0, random.Next(3)).Select(_ => Letters[random.Next(Letters.Length)]));
            }

            try
            {
                Render(new([.. source]));
                rendered++;
            }
            catch (ChatTemplateException)
            {
                // The only exception that may leave.
            }
        }

        Assert.InRange(rendered, 1, 4999);
    }

    private static string Render(string source) => ChatTemplate.Parse(source).Render(
        Messages, addGenerationPrompt: false, new Dictionary<string, string> { ["bos_token"] = "<s>" }, new DateTimeOffset(2024, 3, 5, 6, 7, 8, TimeSpan.Zero));
}
