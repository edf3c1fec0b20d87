using System.Globalization;
using Assay.Data.Duplicates;
using BenchmarkDotNet.Attributes;

namespace Assay.Bench;

/// <summary>Near-duplicate search per record: the signature that is always made, its parts, and the exact comparison that confirms a candidate.</summary>
[MemoryDiagnoser]
public class DuplicateBenchmarks
{
    private string _text = "";
    private string _normalised = "";
    private string _other = "";

    [Params(200, 2_000, 60_000)]
    public int Characters { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        const string sentence = "The gauge reports its level in metres above chart datum, and number {0} of its readings is kept. ";
        _text = string.Concat(Enumerable.Range(0, 1 + (Characters / 90)).Select(number => string.Format(CultureInfo.InvariantCulture, sentence, number * number)))[..Characters];
        _normalised = NormalisedText.Of(_text);
        _other = _text.Replace("level", "height", StringComparison.Ordinal);
    }

    [Benchmark(Baseline = true)]
    public ContentSignature Signature() => ContentSignature.Of(_text);

    [Benchmark]
    public string Normalise() => NormalisedText.Of(_text);

    [Benchmark]
    public ulong[] Sign() => MinHash.BandsOf(_normalised.AsSpan());

    [Benchmark]
    public Resemblance Confirm() => ContentSignature.Compare(_text, _other);
}
