using Assay.Ledger.Replay;
using Assay.Ledger.Tree;
using BenchmarkDotNet.Attributes;

namespace Assay.Bench;

/// <summary>The ledger's hot paths: a leaf appended to the right edge, and one more decision in a long history.</summary>
[MemoryDiagnoser]
public class LedgerBenchmarks
{
    private readonly byte[] _entry = new byte[461];
    private RightEdge _edge = RightEdge.Empty;
    private StandingHistory _history = new("a_0000000000000000");
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        for (var leaf = 0; leaf < 100_000; leaf++)
        {
            _edge = _edge.Append(_entry);
        }
    }

    [IterationSetup(Target = nameof(Decide))]
    public void NewHistory()
    {
        _history = new StandingHistory("a_0000000000000000");
        for (_next = 0; _next < 1_000; _next++)
        {
            _history.Decide(_next, _next % 7 != 0, 700, _next);
        }
    }

    [Benchmark]
    public RightEdge AppendLeaf() => _edge.Append(_entry);

    [Benchmark]
    public long Decide()
    {
        _history.Decide(_next, true, 700, _next);
        return _history.Current.Value;
    }
}
