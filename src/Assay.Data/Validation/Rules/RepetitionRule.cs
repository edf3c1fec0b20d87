using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>The larger of two shares of characters: in repeated lines, or in the commonest run of four words. 0.2 and less is full score, 0.5 none; in source code 0.4 and 0.8.</summary>
public sealed class RepetitionRule : IValidationRule
{
    private const int FewestWords = 50, GramWords = 4;

    /// <inheritdoc/>
    public string Id => "repetition";

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public int Weight => 10;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Remove repeated lines and phrases.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var text = context.Answers.Text;
        var words = Words.In(text);
        if (words.Count < FewestWords)
        {
            return this.NotEvaluated($"the text has {words.Count} words; {FewestWords} are needed to judge repetition.");
        }

        // The answers of rows are weighed against prompts and answers: a label may repeat under prompts that differ.
        var whole = Math.Max(context.Words.Text.Length - context.Words.Text.Count(char.IsWhiteSpace), 1);
        var lines = RepeatedLines(text, context.Profile, whole);
        var grams = CommonestGram(text, words, whole);
        var worst = Math.Max(lines.Share, grams.Share);
        var (full, none) = context.Profile.Repetition;
        var evidence = worst == 0 ? new Evidence("No line and no phrase of four words appears twice.")
            : lines.Share >= grams.Share
            ? context.Answers.At($"{Percent(lines.Share)} of the characters lie in repeated lines{(lines.Count > 1 ? $"; the commonest appears {lines.Count} times" : "")}.", lines.Start, lines.End)
            : context.Answers.At($"{Percent(grams.Share)} of the characters lie in one phrase of four words that appears {grams.Count} times.", grams.Start, grams.End);
        return this.Scored(RuleFindings.ToScore((none - worst) / (none - full)), evidence);
    }

    private static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    private static (double Share, int Count, int Start, int End) RepeatedLines(string text, TextProfile profile, int whole)
    {
        var seen = new Dictionary<ulong, (int Count, int Start, int End)>();
        long repeated = 0;
        var most = (Count: 0, Start: 0, End: 0);
        foreach (var range in text.AsSpan().SplitAny('\n', '\r'))
        {
            var line = text.AsSpan(range).Trim();
            if (line.Length < profile.ShortestRepeatedLine)
            {
                continue;
            }

            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, XxHash3.HashToUInt64(MemoryMarshal.AsBytes(line)), out var known);
            repeated += known ? line.Length - line.Count(' ') : 0;
            entry = known ? (entry.Count + 1, entry.Start, entry.End) : (1, range.Start.Value, range.End.Value);
            most = known && entry.Count > most.Count ? entry : most;
        }

        return (Math.Min(repeated / (double)whole, 1), most.Count, most.Start, most.End);
    }

    private static (double Share, int Count, int Start, int End) CommonestGram(string text, List<Range> words, int whole)
    {
        var hashes = new ulong[words.Count];
        for (var index = 0; index < hashes.Length; index++)
        {
            hashes[index] = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan(words[index])));
        }

        var counts = new Dictionary<ulong, int>();
        var worst = (Length: 0L, Count: 0, Start: 0, End: 0);
        for (var at = 0; at + GramWords <= hashes.Length; at++)
        {
            var key = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(hashes.AsSpan(at, GramWords)));
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
            count++;
            int start = words[at].Start.Value, end = words[at + GramWords - 1].End.Value;
            var length = (long)count * (end - start - text.AsSpan(start, end - start).Count(' '));
            worst = count > 1 && length > worst.Length ? (length, count, start, end) : worst;
        }

        // Overlapping occurrences ("ha ha ha ha ha") may add up to more than the text itself.
        return (Math.Min(worst.Length / (double)whole, 1), worst.Count, worst.Start, worst.End);
    }
}
