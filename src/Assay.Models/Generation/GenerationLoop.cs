using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Assay.Data.Tokenization;
using Assay.Models.Engine.Decode;

namespace Assay.Models.Generation;

/// <summary>Makes many replies at once on one resident base, each with its own adapter: a step is one piece of a prompt, or one token of up to 8 replies.</summary>
/// <remarks>
/// A seeded reply does not depend on what else is in the loop. Requests are admitted in the order of their arrival, once the cache has room for their longest reply.
/// <see cref="Add"/>, <see cref="InvokeAsync"/> and <see cref="Signal"/> may be called from any thread, everything else from one.
/// </remarks>
public sealed class GenerationLoop : IDisposable
{
    private readonly ReplyModel model;
    private readonly GenerationLoopOptions options;
    private readonly Decoder decoder;
    private readonly KvPool pool;
    private readonly ConcurrentQueue<Waiting> waiting = new();
    private readonly ConcurrentQueue<Action> errands = new();
    private readonly SemaphoreSlim work = new(0);
    private readonly List<ActiveReply> active = [];
    private readonly List<ActiveReply> pass = [];
    private readonly List<DecodeRow> rows = [];
    private readonly Sampler.Workspace workspace = new();
    private readonly float[] logits;
    private bool prefilledLast;
    private int turn;

    /// <param name="weights">The base; must live longer.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="tokenizer">The model's; null leaves all texts empty.</param>
    /// <param name="endIds">Ids that end a reply.</param>
    /// <param name="clock">For time limits.</param>
    public GenerationLoop(DecodeWeights weights, GenerationLoopOptions options, Tokenizer? tokenizer, IReadOnlySet<int> endIds, TimeProvider clock)
    {
        options.Check();
        model = new ReplyModel(weights.Plan, tokenizer, endIds, clock);
        this.options = options;
        pool = new KvPool(weights, options.Cache, options.CachePositions);
        decoder = new Decoder(weights, options.Threads);
        logits = new float[options.MostRows * weights.Plan.Vocab];
    }

    /// <summary>Replies that are being made.</summary>
    public int Active => active.Count;

    /// <summary>Asks for a reply. It is made by later steps.</summary>
    /// <returns>The reply; or an <see cref="ArithmeticException"/> when the weights are damaged, or what the request's own callback threw.</returns>
    /// <exception cref="ArgumentException">The prompt is empty, too long for context or cache, or holds an id outside the vocabulary; or an option is outside its range.</exception>
    public Task<GeneratedReply> Add(GenerationRequest request)
    {
        request.Options.Check();
        CheckPrompt(request.Prompt);
        int longest = Longest(request);
        if (longest > pool.Pages * KvPool.PagePositions)
        {
            throw new ArgumentException($"The reply may reach {longest} tokens and the cache holds {pool.Pages * KvPool.PagePositions}. Ask for fewer new tokens.", nameof(request));
        }

        // The loop's own thread must not run what awaits the reply.
        var completion = new TaskCompletionSource<GeneratedReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Enqueue(new Waiting(request, longest, model.Clock.GetTimestamp(), completion));
        Signal();
        return completion.Task;
    }

    /// <summary>Runs something on the loop's thread between two steps, such as loading an adapter: one thread team computes at a time.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    public Task<T> InvokeAsync<T>(Func<T> errand)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        errands.Enqueue(() =>
        {
            try
            {
                completion.SetResult(errand());
            }
            catch (Exception error)
            {
                // It belongs to whoever sent the errand.
                completion.SetException(error);
            }
        });
        Signal();
        return completion.Task;
    }

    /// <summary>Wakes a loop that found nothing to do.</summary>
    public void Signal() => work.Release();

    /// <summary>Makes replies until cancelled; sleeps while there is nothing to do.</summary>
    public void Run(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            if (!Step())
            {
                try
                {
                    work.Wait(cancel);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    /// <summary>Admits requests and computes one piece of a prompt, or one token of up to <see cref="GenerationLoopOptions.MostRows"/> replies.</summary>
    /// <returns>False when there was nothing to do.</returns>
    public bool Step()
    {
        bool ran = false;
        while (errands.TryDequeue(out var errand))
        {
            errand();
            ran = true;
        }

        Admit();
        foreach (var reply in active)
        {
            Guard(reply, reply.Prepare);
        }

        bool ended = Release() || ran;
        var prompt = active.FirstOrDefault(reply => reply.Pending > 1 && reply.MayContinue);
        pass.Clear();
        if (prompt is not null && (!prefilledLast || !active.Exists(IsReady)))
        {
            prefilledLast = true;
            Prefill(prompt);
        }
        else
        {
            prefilledLast = false;
            ChooseReady();
            Decode();
        }

        // An end makes room, so what waits may be admitted by the next step.
        ended |= Release();
        return ended || prompt is not null || pass.Count > 0;
    }

    public void Dispose()
    {
        foreach (var reply in active)
        {
            reply.Fail(new OperationCanceledException("The generation loop was closed."));
            reply.Dispose();
        }

        decoder.Dispose();
        pool.Dispose();
        work.Dispose();
    }

    private static bool IsReady(ActiveReply reply) => reply.Pending == 1 && reply.MayContinue;

    private void Admit()
    {
        while (waiting.TryPeek(out var next) && pool.Reserve(next.Longest) is { } sequence)
        {
            waiting.TryDequeue(out _);
            active.Add(new ActiveReply(model, next.Request, sequence, workspace, (next.Began, next.Completion)));
        }
    }

    private bool Release()
    {
        int before = active.Count;
        for (int index = active.Count - 1; index >= 0; index--)
        {
            if (active[index].IsDone)
            {
                active[index].Dispose();
                active.RemoveAt(index);
            }
        }

        return active.Count < before;
    }

    private void Prefill(ActiveReply reply)
    {
        rows.Clear();
        reply.Rows(rows, options.PrefillChunk);
        bool last = rows.Count == reply.Pending;
        Guard(reply, () =>
        {
            decoder.Forward(CollectionsMarshal.AsSpan(rows), last ? [rows.Count - 1] : [], logits);
            if (last)
            {
                reply.Accept(logits.AsSpan(0, model.Plan.Vocab));
            }
        });
    }

    /// <summary>Up to the most replies that wait for a token, in turn, then neighbours by adapter so that each adapter is read once.</summary>
    private void ChooseReady()
    {
        int passedOver = -1;
        for (int step = 0; step < active.Count; step++)
        {
            int place = (turn + step) % active.Count;
            var reply = active[place];
            if (!IsReady(reply))
            {
                continue;
            }

            if (pass.Count < options.MostRows && (pass.Count == 0 || DecodeAdapter.ShareAPass(reply.Adapter, pass[0].Adapter)))
            {
                pass.Add(reply);
            }
            else if (passedOver < 0)
            {
                passedOver = place;
            }
        }

        turn = Math.Max(passedOver, 0);
        pass.Sort((one, other) => (one.Adapter?.Number ?? 0).CompareTo(other.Adapter?.Number ?? 0));
    }

    private void Decode()
    {
        if (pass.Count == 0)
        {
            return;
        }

        rows.Clear();
        foreach (var reply in pass)
        {
            reply.Rows(rows, 1);
        }

        Span<int> wanted = stackalloc int[pass.Count];
        for (int row = 0; row < wanted.Length; row++)
        {
            wanted[row] = row;
        }

        try
        {
            decoder.Forward(CollectionsMarshal.AsSpan(rows), wanted, logits);
        }
        catch (Exception error)
        {
            // The pass belongs to all its replies: none of their caches can be trusted now.
            pass.ForEach(reply => reply.Fail(error));
            return;
        }

        for (int row = 0; row < pass.Count; row++)
        {
            int offset = row * model.Plan.Vocab;
            var reply = pass[row];
            Guard(reply, () => reply.Accept(logits.AsSpan(offset, model.Plan.Vocab)));
        }
    }

    private static void Guard(ActiveReply reply, Action body)
    {
        try
        {
            body();
        }
        catch (Exception error)
        {
            // It belongs to whoever asked for this reply; the others go on.
            reply.Fail(error);
        }
    }

    private int Longest(GenerationRequest request) => (int)Math.Min(model.Plan.MaxPositions, (long)request.Prompt.Count + request.Options.MaxTokens);

    private void CheckPrompt(IReadOnlyList<int> prompt)
    {
        if (prompt.Count == 0 || prompt.Count >= model.Plan.MaxPositions)
        {
            throw new ArgumentException($"The prompt has {prompt.Count} tokens; 1 to {model.Plan.MaxPositions - 1} are possible.", nameof(prompt));
        }

        foreach (int id in prompt)
        {
            if (id < 0 || id >= model.Plan.Vocab)
            {
                throw new ArgumentException($"Token id {id} is outside the vocabulary 0 to {model.Plan.Vocab - 1}.", nameof(prompt));
            }
        }
    }

    private sealed record Waiting(GenerationRequest Request, int Longest, long Began, TaskCompletionSource<GeneratedReply> Completion);
}
