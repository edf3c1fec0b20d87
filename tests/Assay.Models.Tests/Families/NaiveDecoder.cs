using Assay.Models.Reference;

namespace Assay.Models.Tests.Families;

/// <summary>
/// Pieces of a decoder written out with loops over doubles, for families and options that no recorded result covers.
/// Shares nothing with the engine but the weights, which are read by their hub names and in hub row order.
/// </summary>
internal sealed class NaiveDecoder(ReferenceModel model)
{
    private readonly Dictionary<string, (double[] Values, int Columns)> weights = model.Parameters.ToDictionary(
        weight => weight.Key,
        weight => (Array.ConvertAll(weight.Value.data<float>().ToArray(), value => (double)value), (int)weight.Value.shape[^1]));

    public bool Has(string name) => weights.ContainsKey(name);

    /// <summary>A row of a table.</summary>
    public double[] Row(string name, int row) => weights[name].Values[(row * weights[name].Columns)..((row + 1) * weights[name].Columns)];

    /// <summary>W x + b; b where there is one.</summary>
    public double[] Linear(string module, double[] x)
    {
        var (values, columns) = weights[$"{module}.weight"];
        double[] bias = Has($"{module}.bias") ? weights[$"{module}.bias"].Values : new double[values.Length / columns];
        return [.. bias.Select((start, row) => start + x.Select((value, column) => value * values[(row * columns) + column]).Sum())];
    }

    /// <summary>x / √(mean x² + ε) · (w + plus).</summary>
    public double[] Rms(string module, double[] x, double epsilon, double plus)
    {
        double scale = 1 / Math.Sqrt(x.Average(value => value * value) + epsilon);
        return [.. x.Zip(weights[$"{module}.weight"].Values, (value, weight) => value * scale * (weight + plus))];
    }

    /// <summary>(x − mean) / √(var + ε) · w + b.</summary>
    public double[] Layer(string module, double[] x, double epsilon)
    {
        double mean = x.Average();
        double scale = 1 / Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + epsilon);
        return [.. x.Select((value, index) => ((value - mean) * scale * weights[$"{module}.weight"].Values[index]) + weights[$"{module}.bias"].Values[index])];
    }

    public static double[] Add(double[] one, double[] other) => [.. one.Zip(other, (a, b) => a + b)];

    public static double[] Slice(double[] x, int start, int count) => x[start..(start + count)];

    /// <summary>Half-split rotation of a whole head.</summary>
    public static double[] Rotate(double[] head, int position, double theta, double divisor = 1)
    {
        int half = head.Length / 2;
        double[] turned = new double[head.Length];
        for (int pair = 0; pair < half; pair++)
        {
            double angle = position / divisor / Math.Pow(theta, 2.0 * pair / head.Length);
            turned[pair] = (head[pair] * Math.Cos(angle)) - (head[pair + half] * Math.Sin(angle));
            turned[pair + half] = (head[pair + half] * Math.Cos(angle)) + (head[pair] * Math.Sin(angle));
        }

        return turned;
    }

    /// <summary>One head's attention for the last of the keys' positions.</summary>
    public static double[] Attend(double[] query, IReadOnlyList<double[]> keys, IReadOnlyList<double[]> values, double scale, int? window = null, double? cap = null)
    {
        int first = Math.Max(0, keys.Count - (window ?? keys.Count));
        double[] scores = [.. keys.Skip(first).Select(key => scale * query.Zip(key, (a, b) => a * b).Sum()).Select(score => cap is { } c ? c * Math.Tanh(score / c) : score)];
        double largest = scores.Max();
        double[] shares = [.. scores.Select(score => Math.Exp(score - largest))];
        double sum = shares.Sum();
        double[] mixed = new double[values[0].Length];
        for (int place = 0; place < shares.Length; place++)
        {
            for (int element = 0; element < mixed.Length; element++)
            {
                mixed[element] += shares[place] / sum * values[first + place][element];
            }
        }

        return mixed;
    }

    public static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>x Φ(x), with Φ by integrating the normal density.</summary>
    public static double Gelu(double x)
    {
        const int steps = 2_000;
        double step = x / steps;
        double integral = Enumerable.Range(0, steps).Sum(index => Math.Exp(-0.5 * (index + 0.5) * step * ((index + 0.5) * step)) * step);
        return x * (0.5 + (integral / Math.Sqrt(2 * Math.PI)));
    }
}
