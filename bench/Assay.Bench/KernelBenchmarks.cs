using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Kernels.Attention;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using BenchmarkDotNet.Attributes;
using TorchSharp;

namespace Assay.Bench;

/// <summary>The kernels that take the most time of a training step beside the products, at the 500m shape, bf16, on libtorch's threads.</summary>
public unsafe class KernelBenchmarks
{
    private const int Hidden = 896;
    private const int Inner = 4864;
    private const int Heads = 14;
    private const int KvHeads = 2;
    private const int Width = 64;
    private const int Vocab = 151_936;
    private const int LossRows = 128;

    private readonly List<torch.Tensor> _owned = [];
    private readonly HeadShape _shape = new(Heads, KvHeads, Width, Width, 0.125f);
    private int[] _starts = [];
    private int[] _labels = [];
    private double[] _losses = [];
    private float* _hidden;
    private float* _weight;
    private float* _sums;
    private Bf16* _gateUp;
    private Bf16* _inner;
    private Bf16* _qkv;
    private Bf16* _mixed;
    private Bf16* _logits;

    /// <summary>Tokens of a bin, in four sequences.</summary>
    [Params(512)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _hidden = (float*)Make(Tokens * Hidden, torch.ScalarType.Float32);
        _weight = (float*)Make(Hidden, torch.ScalarType.Float32);
        _sums = (float*)Make(Tokens * Heads, torch.ScalarType.Float32);
        _gateUp = (Bf16*)Make(Tokens * 2 * Inner, torch.ScalarType.BFloat16);
        _inner = (Bf16*)Make(Tokens * Inner, torch.ScalarType.BFloat16);
        _qkv = (Bf16*)Make(Tokens * (Heads + (2 * KvHeads)) * Width, torch.ScalarType.BFloat16);
        _mixed = (Bf16*)Make(Tokens * Heads * Width, torch.ScalarType.BFloat16);
        _logits = (Bf16*)Make(LossRows * Vocab, torch.ScalarType.BFloat16);
        _starts = [0, Tokens / 8, Tokens / 4, Tokens / 2, Tokens];
        _labels = [.. Enumerable.Range(0, LossRows)];
        _losses = new double[LossRows];
    }

    [GlobalCleanup]
    public void Cleanup() => _owned.ForEach(tensor => tensor.Dispose());

    [Benchmark]
    public void RmsNormForward() =>
        RmsNorm.Forward(new Rows<Fp32>((Fp32*)_hidden, Hidden), new NormWeight(_weight), new Rows<Bf16>(_inner, Inner), _sums, new RowSize(Tokens, Hidden), 1e-6f);

    [Benchmark]
    public void GatedSiluForward() =>
        GatedActivation.Forward(Activation.Silu, new Rows<Bf16>(_gateUp, 2 * Inner), new Rows<Bf16>(_inner, Inner), new RowSize(Tokens, Inner));

    [Benchmark]
    public void CrossEntropyLosses()
    {
        fixed (int* labels = _labels)
        fixed (double* losses = _losses)
        {
            CrossEntropy.Losses(new Rows<Bf16>(_logits, Vocab), labels, losses, new RowSize(LossRows, Vocab));
        }
    }

    [Benchmark]
    public void AttentionForward() =>
        PackedAttention.Forward(_shape, Joined(), new Rows<Bf16>(_mixed, Heads * Width), _sums, _starts);

    [Benchmark]
    public void AttentionBackward()
    {
        // Gradients go to the gate buffer, so that the inputs stay the same from call to call.
        var results = AttentionRows<Bf16>.Fused(new Rows<Bf16>(_gateUp, (Heads + (2 * KvHeads)) * Width), _shape);
        var mixed = new Rows<Bf16>(_mixed, Heads * Width);
        PackedAttention.Backward(_shape, Joined(), mixed, _sums, mixed, results, _starts);
    }

    private AttentionRows<Bf16> Joined() => AttentionRows<Bf16>.Fused(new Rows<Bf16>(_qkv, (Heads + (2 * KvHeads)) * Width), _shape);

    private void* Make(long elements, torch.ScalarType type)
    {
        using var noise = torch.randn(elements);
        var tensor = noise.to(type, copy: true);
        _owned.Add(tensor);
        return AotiTorch.Pointer(tensor);
    }
}
