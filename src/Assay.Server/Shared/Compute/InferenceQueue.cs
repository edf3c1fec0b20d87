using System.Collections.Concurrent;
using System.Threading.Channels;
using Assay.Client.Leases;

namespace Assay.Server.Shared.Compute;

/// <summary>Questions that wait for the resident inference worker. They live in memory: whoever asked is waiting on the line.</summary>
internal sealed class InferenceQueue
{
    private readonly ConcurrentQueue<Question> _waiting = new();
    private readonly ConcurrentDictionary<string, Question> _leased = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Waiting => _waiting.Count;

    /// <summary>Completes when the next question arrives.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Asks; the answer comes in chunks, the last of which carries the end or an error.</summary>
    public async IAsyncEnumerable<InferChunk> AskAsync(InferPayload payload, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var question = new Question(payload, cancel);
        _waiting.Enqueue(question);
        lock (_lock)
        {
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        await foreach (var chunk in question.Chunks.Reader.ReadAllAsync(cancel))
        {
            yield return chunk;
        }
    }

    /// <summary>The next question whose asker is still there; null when there is none.</summary>
    public InferPayload? Lease(string worker)
    {
        while (_waiting.TryDequeue(out var question))
        {
            if (!question.Cancel.IsCancellationRequested)
            {
                question.Worker = worker;
                _leased[question.Payload.Id] = question;
                return question.Payload;
            }
        }

        return null;
    }

    /// <summary>Passes a chunk on. False: the asker is gone, the worker should stop.</summary>
    public bool Deliver(string id, InferChunk chunk)
    {
        if (!_leased.TryGetValue(id, out var question) || question.Cancel.IsCancellationRequested)
        {
            _leased.TryRemove(id, out _);
            return false;
        }

        question.Chunks.Writer.TryWrite(chunk);
        if (chunk.End is not null || chunk.Error is not null)
        {
            question.Chunks.Writer.TryComplete();
            _leased.TryRemove(id, out _);
        }

        return true;
    }

    /// <summary>A worker died: what it was answering ends with an error.</summary>
    public void FailLeased(string worker, string reason)
    {
        foreach (var question in _leased.Values.Where(question => question.Worker == worker))
        {
            Deliver(question.Payload.Id, new InferChunk(Error: $"No answer: {reason}. Ask again; a new worker starts by itself."));
        }
    }

    private sealed class Question(InferPayload payload, CancellationToken cancel)
    {
        public InferPayload Payload { get; } = payload;

        public CancellationToken Cancel { get; } = cancel;

        public string Worker { get; set; } = "";

        public Channel<InferChunk> Chunks { get; } = Channel.CreateUnbounded<InferChunk>();
    }
}
