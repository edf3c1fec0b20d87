using System.Runtime.InteropServices;
using System.Text;
using Assay.Data.Tokenization;
using Assay.Models.Engine.Decode;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Generation;

/// <summary>A reply while it is made: its context, its cache, what was drawn and what was said. Belongs to the loop's thread.</summary>
internal sealed class ActiveReply : IDisposable
{
    private readonly GenerationRequest request;
    private readonly KvSequence sequence;
    private readonly ReplyModel model;
    private readonly List<int> context;
    private readonly Sampler.Workspace workspace;
    private readonly StreamingDecoder? decoder;
    private readonly StopText stop;
    private readonly List<GeneratedToken> tokens = [];
    private readonly StringBuilder text = new();
    private readonly TaskCompletionSource<GeneratedReply> completion;
    private readonly long began;
    private double[] frequencies = [];

    public ActiveReply(ReplyModel model, GenerationRequest request, KvSequence sequence, Sampler.Workspace workspace, (long Began, TaskCompletionSource<GeneratedReply> Completion) asked)
    {
        (this.model, this.request, this.sequence, this.workspace) = (model, request, sequence, workspace);
        (began, completion) = asked;
        context = [.. request.Prompt];
        decoder = model.Tokenizer is null ? null : new StreamingDecoder(model.Tokenizer, skipSpecial: true);
        stop = new StopText(request.Options.StopTexts);
    }

    /// <summary>Whether the reply has ended, well or badly.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Tokens that are in the context and not yet in the cache.</summary>
    public int Pending => context.Count - sequence.Length;

    /// <summary>Whether its reader has room for another token.</summary>
    public bool MayContinue => request.MayContinue?.Invoke() ?? true;

    /// <summary>The adapter its rows have.</summary>
    public DecodeAdapter? Adapter => request.Adapter;

    /// <summary>Ends the reply when something asks for that, and forgets cached keys that a stretched rotary table has made stale.</summary>
    public void Prepare()
    {
        if (EndOf() is { } reason)
        {
            End(reason);
        }
        else if (model.Plan.Rope is { DependsOnLength: true } rope)
        {
            Refresh(rope);
        }
    }

    /// <summary>The next rows to compute, at most <paramref name="most"/>.</summary>
    public void Rows(List<DecodeRow> target, int most)
    {
        int end = Math.Min(context.Count, sequence.Length + most);
        for (int index = sequence.Length; index < end; index++)
        {
            target.Add(new DecodeRow(sequence, context[index], index, index, context.Count, request.Adapter));
        }
    }

    /// <summary>Draws a token from the scores after the last one.</summary>
    /// <exception cref="ArithmeticException">Weights are damaged: a score is not a finite number.</exception>
    public void Accept(ReadOnlySpan<float> logits)
    {
        foreach (float logit in logits)
        {
            if (!float.IsFinite(logit))
            {
                throw new ArithmeticException("The model's scores are not finite numbers: its weights, or the adapter's, are damaged.");
            }
        }

        int id = Sampler.Draw(logits, CollectionsMarshal.AsSpan(context), request.Prompt.Count, request.Options, workspace);
        if (!request.Options.IgnoreEnd && model.EndIds.Contains(id))
        {
            End(StopReason.EndToken);
            return;
        }

        context.Add(id);
        var scored = Sampler.LogProbabilities(logits, id, request.Options.TopLogProbabilities);
        Emit(new GeneratedToken(id, stop.Push(decoder?.Push(id) ?? ""), scored.Chosen) { Alternatives = scored.Top });
    }

    /// <summary>Ends the reply with an exception.</summary>
    public void Fail(Exception error)
    {
        IsDone = true;
        completion.TrySetException(error);
    }

    public void Dispose() => sequence.Dispose();

    private StopReason? EndOf() =>
        stop.Found ? StopReason.StopText
        : tokens.Count >= request.Options.MaxTokens ? StopReason.MaxTokens
        : context.Count >= model.Plan.MaxPositions ? StopReason.ContextFull
        : request.Cancel.IsCancellationRequested ? StopReason.Cancelled
        : model.Clock.GetElapsedTime(began) >= request.Options.TimeLimit ? StopReason.TimeLimit
        : null;

    private void End(StopReason reason)
    {
        IsDone = true;
        string rest = stop.Push(decoder?.Flush() ?? "") + stop.Flush();
        if (rest.Length > 0 && tokens.Count > 0)
        {
            // Text that was held back belongs to the last token; no new token is counted for it.
            text.Append(rest);
            tokens[^1] = tokens[^1] with { Text = tokens[^1].Text + rest };
            request.OnToken?.Invoke(tokens[^1] with { Text = rest });
        }

        completion.TrySetResult(new GeneratedReply(tokens, text.ToString(), reason, request.Prompt.Count));
    }

    private void Emit(GeneratedToken token)
    {
        tokens.Add(token);
        text.Append(token.Text);
        request.OnToken?.Invoke(token);
    }

    /// <summary>Cached keys were turned by another table: dynamic stretching keeps them unless exactness is asked for, all other kinds compute them again.</summary>
    private void Refresh(RopePlan rope)
    {
        double[] own = rope.Frequencies(context.Count);
        if (!own.AsSpan().SequenceEqual(frequencies))
        {
            if (sequence.Length > 0 && (request.Options.ExactRope || rope.Kind is not RopeKind.Dynamic))
            {
                sequence.Truncate(0);
            }

            frequencies = own;
        }
    }
}
