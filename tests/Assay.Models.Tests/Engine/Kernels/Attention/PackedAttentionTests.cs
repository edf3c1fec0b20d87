using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Kernels.Attention;

namespace Assay.Models.Tests.Engine.Kernels.Attention;

public sealed unsafe class PackedAttentionTests
{
    [Theory]
    [InlineData(1, 1, 4, 4, 0, 0f, false)]
    [InlineData(4, 2, 16, 16, 0, 0f, false)]
    [InlineData(6, 2, 19, 19, 5, 0f, false)]
    [InlineData(3, 3, 8, 8, 0, 0f, true)]
    [InlineData(4, 1, 20, 33, 0, 2f, false)]
    [InlineData(4, 2, 12, 7, 9, 1.5f, true)]
    public void Outputs_and_gradients_match_the_formula(int heads, int kvHeads, int keyWidth, int valueWidth, int window, float cap, bool alibi)
    {
        Matches<Fp32>(new Case(heads, kvHeads, keyWidth, valueWidth, window, cap, alibi), [0, 1, 1, 17, 50, 53]);
        Matches<Bf16>(new Case(heads, kvHeads, keyWidth, valueWidth, window, cap, alibi), [0, 6, 40]);
    }

    [Fact]
    public void A_segment_longer_than_a_block_matches_the_formula() => Matches<Fp32>(new Case(2, 1, 8, 8, 0, 0, false), [0, 101]);

    [Fact]
    public void Packed_segments_give_the_same_bits_as_each_alone()
    {
        const int tokens = 60;
        var shape = new HeadShape(4, 2, 16, 16, 0.25f);
        using var qkv = new GuardedRows<Fp32>(tokens, 8 * 16, KernelCheck.Noise(70));
        float[] together = Forward(shape, qkv, [0, 25, 60]);
        Assert.Equal(Forward(shape, qkv, [0, 25])[..(25 * 64)], together[..(25 * 64)]);
        Assert.Equal(Forward(shape, qkv, [25, 60])[(25 * 64)..], together[(25 * 64)..]);
    }

    private static float[] Forward(HeadShape shape, GuardedRows<Fp32> qkv, int[] starts)
    {
        using var output = new GuardedRows<Fp32>(60, 64);
        using var sums = new GuardedRows<Fp32>(1, 60 * 4, gap: 0);
        PackedAttention.Forward(shape, AttentionRows<Fp32>.Fused(qkv.Rows, shape), output.Rows, (float*)sums.Rows.First, starts);
        return output.Values;
    }

    private static void Matches<T>(Case plan, int[] starts)
        where T : unmanaged, IElement<T>
    {
        int tokens = starts[^1];
        int width = (plan.Heads * plan.KeyWidth) + (plan.KvHeads * (plan.KeyWidth + plan.ValueWidth));
        float[] slopes = [.. Enumerable.Range(1, plan.Heads).Select(head => 1f / (1 << head))];
        using var inputs = new GuardedRows<T>(tokens, width, KernelCheck.Noise(71, 2));
        using var upstream = new GuardedRows<T>(tokens, plan.Heads * plan.ValueWidth, KernelCheck.Noise(72));
        var (expected, gradient) = Exact(plan, starts, inputs.Exact, upstream.Exact, slopes);
        float[] actual = KernelCheck.Variants(() =>
        {
            using var qkv = new GuardedRows<T>(tokens, width, KernelCheck.Noise(71, 2));
            using var output = new GuardedRows<T>(tokens, plan.Heads * plan.ValueWidth);
            using var sums = new GuardedRows<Fp32>(1, tokens * plan.Heads, gap: 1);
            fixed (float* slope = slopes)
            {
                var shape = new HeadShape(plan.Heads, plan.KvHeads, plan.KeyWidth, plan.ValueWidth, 0.3f)
                {
                    Window = plan.Window == 0 ? int.MaxValue : plan.Window,
                    SoftCap = plan.Cap,
                    Slopes = plan.Alibi ? slope : null,
                };
                var x = AttentionRows<T>.Fused(qkv.Rows, shape);
                PackedAttention.Forward(shape, x, output.Rows, (float*)sums.Rows.First, starts);
                float[] forward = output.Values;

                // The gradients replace the inputs.
                PackedAttention.Backward(shape, x, output.Rows, (float*)sums.Rows.First, upstream.Rows, x, starts);
                qkv.AssertGuards();
                output.AssertGuards();
                sums.AssertGuards();
                return [.. forward, .. qkv.Values];
            }
        });
        double noise = typeof(T) == typeof(Bf16) ? 0.02 : 1e-5;
        KernelCheck.Close<T>(expected, actual.AsSpan(0, expected.Length), absolute: noise / 10);
        KernelCheck.Close<T>(gradient, actual.AsSpan(expected.Length), absolute: noise);
    }

    // Straight from the definition, in double.
    private static (double[] Output, double[] Gradient) Exact(Case plan, int[] starts, double[] qkv, double[] upstream, float[] slopes)
    {
        const float scale = 0.3f;
        int tokens = starts[^1];
        int width = qkv.Length / tokens;
        int outputs = plan.Heads * plan.ValueWidth;
        double[] output = new double[tokens * outputs], gradient = new double[qkv.Length];
        for (int segment = 0; segment + 1 < starts.Length; segment++)
        {
            for (int head = 0; head < plan.Heads; head++)
            {
                int kvHead = head / (plan.Heads / plan.KvHeads);
                for (int query = starts[segment]; query < starts[segment + 1]; query++)
                {
                    int q = (query * width) + (head * plan.KeyWidth);
                    int o = (query * outputs) + (head * plan.ValueWidth);
                    int[] visible = [.. Enumerable.Range(starts[segment], query + 1 - starts[segment]).Where(key => plan.Window == 0 || query - key < plan.Window)];
                    int Key(int key) => (key * width) + ((plan.Heads + kvHead) * plan.KeyWidth);
                    int Value(int key) => (key * width) + ((plan.Heads + plan.KvHeads) * plan.KeyWidth) + (kvHead * plan.ValueWidth);
                    double[] z = [.. visible.Select(key => scale * Enumerable.Range(0, plan.KeyWidth).Sum(at => qkv[q + at] * qkv[Key(key) + at]))];
                    double[] slope = new double[z.Length];
                    for (int index = 0; index < z.Length; index++)
                    {
                        z[index] = plan.Cap == 0 ? z[index] : plan.Cap * Math.Tanh(z[index] / plan.Cap);
                        slope[index] = plan.Cap == 0 ? scale : scale * (1 - (z[index] * z[index] / (plan.Cap * plan.Cap)));
                    }

                    double[] p = [.. visible.Select((key, index) => Math.Exp(z[index] + (plan.Alibi ? slopes[head] * (key - query) : 0)))];
                    double total = p.Sum();
                    p = [.. p.Select(weight => weight / total)];
                    double[] dp = [.. visible.Select(key => Enumerable.Range(0, plan.ValueWidth).Sum(at => upstream[o + at] * qkv[Value(key) + at]))];
                    double along = p.Zip(dp, (one, other) => one * other).Sum();
                    for (int index = 0; index < visible.Length; index++)
                    {
                        double ds = p[index] * (dp[index] - along) * slope[index];
                        for (int at = 0; at < plan.ValueWidth; at++)
                        {
                            output[o + at] += p[index] * qkv[Value(visible[index]) + at];
                            gradient[Value(visible[index]) + at] += p[index] * upstream[o + at];
                        }

                        for (int at = 0; at < plan.KeyWidth; at++)
                        {
                            gradient[q + at] += ds * qkv[Key(visible[index]) + at];
                            gradient[Key(visible[index]) + at] += ds * qkv[q + at];
                        }
                    }
                }
            }
        }

        return (output, gradient);
    }

    private sealed record Case(int Heads, int KvHeads, int KeyWidth, int ValueWidth, int Window, float Cap, bool Alibi);
}
