using System.Text;
using Assay.Data.Tokenization;
using Assay.Testing;

namespace Assay.Data.Tests.Tokenization;

/// <summary>Damaged files of every kind: only <see cref="InvalidTokenizerException"/> may leave, or <see cref="ChatTemplateException"/> for templates.</summary>
public sealed class TokenizerFuzzTests
{
    private const int Default = 20_000;
    private const int Many = 1_000_000;

    private const string Template =
        "{%- set ns = namespace(a=[], found=false) %}{% macro m(x, y='z') %}{{ x[1:2] ~ y | trim }}{% endmacro %}{# c #}{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}" +
        "{% for k, v in {'a': 1}.items() if v is defined %}{{ loop.index }}{% set ns.a = ns.a + [v] %}{% if v > 0 and not loop.first %}{% continue %}{% elif v %}{{ m('abc', y=2 ** 3) | tojson(indent=2) }}{% else %}{% endif %}{% endfor %}" +
        "{% for message in messages %}{{ bos_token + message['content'].split('x')[-1] | replace('a', 'b') | upper }}{{ message.content.strip('a').rstrip() * 2 }}{% endfor %}{{ (ns.a | join(',')) if ns.a else 'none' }}{% if add_generation_prompt %}x{% endif %}";

    private static readonly TokenizerConfig RanksConfig = TokenizerConfig.Parse(TokenizerKinds.RanksConfig);

    [Fact]
    public void Damaged_tokenizer_files_end_as_the_typed_exception() => TokenizerFiles(Default);

    [Fact]
    public void Damaged_sentencepiece_models_end_as_the_typed_exception() => SentencePieceModels(Default);

    [Fact]
    public void Damaged_rank_lists_and_configurations_end_as_the_typed_exception() => RankLists(Default);

    [Fact]
    public void Damaged_templates_render_or_end_as_the_typed_exception() => Templates(Default);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_tokenizer_files() => TokenizerFiles(Many);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_sentencepiece_models() => SentencePieceModels(Many);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_rank_lists_and_configurations() => RankLists(Many);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_templates() => Templates(Many);

    private static void TokenizerFiles(int count) => Feed<InvalidTokenizerException>(count,
        (TokenizerKinds.Characters, Json),
        (TokenizerKinds.Unigram, Json),
        (TokenizerKinds.WordPiece, Json),
        (TinyTokenizer.File, Json));

    private static void SentencePieceModels(int count) => Feed<InvalidTokenizerException>(count,
        (TokenizerKinds.SentencePieceBytes, SentencePiece),
        (TokenizerKinds.SentencePieceUnigram, SentencePiece));

    private static void RankLists(int count) => Feed<InvalidTokenizerException>(count,
        (TokenizerKinds.Ranks, bytes => TokenizerKinds.Use(TiktokenFile.Parse(bytes, RanksConfig))),
        (TokenizerKinds.RanksConfig, bytes => TokenizerKinds.Use(TiktokenFile.Parse(TokenizerKinds.Ranks, TokenizerConfig.Parse(bytes)))));

    private static void Templates(int count) => Feed<ChatTemplateException>(count, (Encoding.UTF8.GetBytes(Template), Render));

    private static void Json(byte[] bytes) => TokenizerKinds.Use(TokenizerJson.Parse(bytes));

    private static void SentencePiece(byte[] bytes) => TokenizerKinds.Use(SentencePieceModel.Parse(bytes));

    private static void Render(byte[] bytes) => ChatTemplate.Parse(Encoding.UTF8.GetString(bytes)).Render(
        [new("user", "Hi ax"), new("assistant", "aYa")], addGenerationPrompt: true, new Dictionary<string, string> { ["bos_token"] = "<s>" });

    private static void Feed<TRefusal>(int count, params (byte[] File, Action<byte[]> Read)[] files)
        where TRefusal : Exception
    {
        foreach (var (file, read) in files)
        {
            var share = count / files.Length;
            Assert.InRange(Mutations.Feed<TRefusal>(file, share, read), 1, share - 1);
        }
    }
}
