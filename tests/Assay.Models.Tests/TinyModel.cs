using System.Text;
using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;
using Assay.Models.Reference;
using Assay.Models.Training;

namespace Assay.Models.Tests;

/// <summary>A model of some thousand parameters, made in memory.</summary>
internal static class TinyModel
{
    public const int Vocab = 61;

    public const string Config =
        """{"model_type":"llama","hidden_size":24,"intermediate_size":40,"num_attention_heads":4,"num_key_value_heads":2,"num_hidden_layers":2,"vocab_size":61,"max_position_embeddings":64,"tie_word_embeddings":true,"rms_norm_eps":1e-5}""";

    public static DecoderPlan Plan(string config = Config) => ModelFamily.Plan(HfModelConfig.Parse(Encoding.UTF8.GetBytes(config), default), null);

    public static ReferenceModel Create(string config = Config) => ReferenceModel.Initialise(Plan(config), 5);

    public static LoraAdapter Adapter(DecoderPlan plan, ulong seed = 9, double dropout = 0) =>
        LoraAdapter.Create(plan, PeftAdapterConfig.Create("tiny", 4, 8, [], dropout), seed);

    /// <summary>Sequences with a rule that can be learnt: each token is followed by the next one.</summary>
    public static List<TrainingSample> Counting(int count)
    {
        var random = new CounterRandom(3, "samples");
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            int length = 5 + (int)(random.Bits(2 * index) % 9);
            int first = (int)(random.Bits((2 * index) + 1) % Vocab);
            int[] ids = [.. Enumerable.Range(first, length).Select(id => id % Vocab)];
            return new TrainingSample(ids, [.. ids.Select((_, place) => place > 1)]);
        })];
    }
}
