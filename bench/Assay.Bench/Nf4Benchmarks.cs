using System.Runtime.InteropServices;
using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using BenchmarkDotNet.Attributes;

namespace Assay.Bench;

/// <summary>NF4 of the largest matrix of the 500m shape, on one core: what quantising a base costs once, and what the exact scalar dequantising costs; copying the same fp32 values is the yardstick.</summary>
public class Nf4Benchmarks
{
    private readonly float[] _values = new float[9728 * 896];
    private readonly float[] _back = new float[9728 * 896];
    private Nf4Matrix _matrix = null!;
    private float[] _scales = [];

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (int index = 0; index < _values.Length; index++)
        {
            _values[index] = (float)(0.02 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        _matrix = Quantise();
        _scales = _matrix.Scales.ToArray();
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _values.CopyTo(_back, 0);

    [Benchmark]
    public Nf4Matrix Quantise() => Nf4Quantiser.Quantise(MemoryMarshal.AsBytes<float>(_values), TensorDtype.F32, [9728, 896]);

    [Benchmark]
    public DoubleNf4Scales QuantiseScales() => Nf4Quantiser.Quantise(_scales, 0.05f);

    [Benchmark]
    public void Dequantise() => _matrix.Dequantise(_back);
}
