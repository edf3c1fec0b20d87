using Assay.Client.Leases;
using Assay.Data.Tokenization;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Generation;

namespace Assay.Worker.Jobs;

/// <summary>Lets the model that is being trained answer the same prompts at each evaluation, greedily, so that the answers can be compared.</summary>
internal sealed class EvaluationSamples
{
    private const int AnswerTokens = 48;
    private const int OpeningTokens = 24;

    private readonly BaseModel _base;
    private readonly List<(long Record, int[] Prompt)> _prompts;

    /// <param name="model">The base.</param>
    /// <param name="records">Where prompts come from, in order.</param>
    /// <param name="count">How many.</param>
    public EvaluationSamples(BaseModel model, IEnumerable<TrainRecord> records, int count)
    {
        _base = model;
        _prompts = [.. records.Select(record => (record.Id, Prompt(record))).Where(item => item.Item2.Length > 0 && item.Item2.Length + AnswerTokens <= model.Plan.MaxPositions).Take(count)];
    }

    /// <summary>One answer per prompt. Empty for an adapter that decoding does not know.</summary>
    public IReadOnlyList<RecordAnswer> Answer(LoraAdapter adapter, CancellationToken cancel)
    {
        if (adapter.AdaptsRouters)
        {
            return [];
        }

        var generator = new Generator(_base, TimeProvider.System);
        var greedy = new GenerateOptions { Temperature = 0, MaxTokens = AnswerTokens };
        return [.. _prompts.TakeWhile(_ => !cancel.IsCancellationRequested).Select(item => new RecordAnswer(item.Record, generator.Generate(item.Prompt, greedy, adapter, null, cancel).Text))];
    }

    /// <summary>A conversation up to its last answer, or the opening of running text; empty when there is nothing to ask.</summary>
    private int[] Prompt(TrainRecord record)
    {
        if (record.Turns is [{ Role.Length: 0 } text])
        {
            var ids = _base.Tokenizer.EncodeWithSpecials(text.Content);
            return ids.Length > OpeningTokens ? ids[..OpeningTokens] : [];
        }

        return record.Turns is [.., { Role: "assistant" }] && record.Turns.Count > 1 && _base.Template is not null
            ? _base.EncodePrompt([.. record.Turns.SkipLast(1).Select(turn => new ChatMessage(turn.Role, turn.Content))])
            : [];
    }
}
