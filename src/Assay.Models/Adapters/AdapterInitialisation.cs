using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Adapters;

/// <summary>First values of a new adapter.</summary>
/// <param name="Config">What is made.</param>
/// <param name="Seed">Same seed, same values.</param>
/// <param name="BaseWeight">The base's weights by name, or null.</param>
internal sealed record AdapterInitialisation(PeftAdapterConfig Config, ulong Seed, Func<string, Tensor>? BaseWeight)
{
    /// <summary>The pair of a layer.</summary>
    /// <exception cref="InvalidModelConfigException">The rank exceeds the layer's width, or the way to begin is not one of those made here.</exception>
    public LoraPair Pair(LinearModule linear)
    {
        int rank = Config.RankOf(linear.Name);
        if (rank > Math.Min(linear.In, linear.Out))
        {
            throw new InvalidModelConfigException($"Rank {rank} exceeds the smaller side of '{linear.Name}', {Math.Min(linear.In, linear.Out)}.");
        }

        var random = new CounterRandom(Seed, $"lora {linear.Name}");
        float[] a = Config.Initialisation is "gaussian"
            ? Values(rank * linear.In, index => random.Normal(index) / rank)
            : Values(rank * linear.In, index => Symmetric(random, index, linear.In));
        var forB = new CounterRandom(Seed, $"lora B {linear.Name}");
        float[] b = Config.Initialisation switch
        {
            "true" or "gaussian" => new float[linear.Out * rank],
            "false" => Values(linear.Out * rank, index => Symmetric(forB, index, rank)),
            var other => throw new InvalidModelConfigException($"init_lora_weights = {other} is read, but new adapters begin only as true, false or gaussian say."),
        };
        var dropout = Config.Dropout > 0 ? new LoraDropout(Config.Dropout, Seed) : null;
        var pair = new LoraPair(linear.Name, Kept(tensor(a, rank, linear.In)), Kept(tensor(b, linear.Out, rank)), Config.ScaleOf(linear.Name), dropout);
        if (!Config.Dora)
        {
            return pair;
        }

        using var scope = NewDisposeScope();
        var weight = Base($"{linear.Name}.weight");
        var magnitude = pair.RowNorms(linear.Transposed ? weight.t() : weight).DetachFromDisposeScope();
        return new LoraPair(linear.Name, pair.A, pair.B, pair.Scale, dropout, magnitude);
    }

    /// <summary>A copy of the weight that is replaced.</summary>
    public WholeWeight Whole(WholeSlot slot, DecoderPlan plan)
    {
        using var off = no_grad();
        string name = plan.Head.Tied && slot.Weight.Name == plan.Head.OwnTable ? plan.Head.Table : slot.Weight.Name;
        return new WholeWeight(slot, Kept(Base(name).detach().clone()));
    }

    private static Tensor Kept(Tensor value) => value.DetachFromDisposeScope();

    private static float[] Values(int count, Func<int, double> value)
    {
        float[] values = new float[count];
        for (int index = 0; index < count; index++)
        {
            values[index] = (float)value(index);
        }

        return values;
    }

    /// <summary>Uniform from −1/√width to 1/√width.</summary>
    private static double Symmetric(CounterRandom random, int index, int width) => 1 / Math.Sqrt(width) * ((2 * random.Uniform(index)) - 1);

    private Tensor Base(string name) => BaseWeight is { } read
        ? read(name)
        : throw new ArgumentException("DoRA, modules stored whole and biases begin with the base's own values: give the weights too.", nameof(name));
}
