using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Assay.Client.Leases;
using Microsoft.Extensions.Options;

namespace Assay.Server.Shared.Compute;

/// <summary>Questions that wait for the resident inference worker. They live in memory: whoever asked is waiting on the line.</summary>
internal sealed class InferenceQueue(IOptions<ComputeOptions> options, TimeProvider clock)
{
    private readonly Lock _lock = new();

    // Guarded by _lock, as is the state of every question.
    private readonly LinkedList<Question> _waiting = new();
    private readonly Dictionary<string, Question> _leased = [];
    private readonly HashSet<string> _proven = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

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

    /// <summary>Asks, unless too many questions wait already.</summary>
    /// <returns>The answer in chunks, the last of which carries the end or an error; to be read to the end or disposed. Or why the question was not taken.</returns>
    public (IAsyncEnumerable<InferChunk>? Chunks, Refusal? Why) Ask(InferPayload payload, string accountId, CancellationToken cancel)
    {
        var question = new Question(payload, accountId);
        lock (_lock)
        {
            if (_waiting.Count(other => other.AccountId == accountId) >= options.Value.QuestionsPerAccount)
            {
                return (null, new Refusal(StatusCodes.Status429TooManyRequests, "too_many_questions",
                    $"{options.Value.QuestionsPerAccount} of your questions wait for an answer already. Ask again when one is answered."));
            }

            if (_waiting.Count >= options.Value.Questions)
            {
                return (null, new Refusal(StatusCodes.Status503ServiceUnavailable, "busy",
                    $"{options.Value.Questions} questions wait for the model already. Ask again in a minute."));
            }

            _waiting.AddLast(question);
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return (ReadAsync(question, cancel), null);
    }

    /// <summary>The next question; null when there is none.</summary>
    public InferPayload? Lease(string worker)
    {
        lock (_lock)
        {
            if (_waiting.First is not { Value: var question })
            {
                return null;
            }

            _waiting.RemoveFirst();
            _proven.Add(worker);
            question.Worker = worker;
            _leased[question.Payload.Id] = question;
            return question.Payload;
        }
    }

    /// <summary>Passes a chunk on. False: the asker is gone, the worker should stop.</summary>
    public bool Deliver(string id, InferChunk chunk)
    {
        lock (_lock)
        {
            if (!_leased.TryGetValue(id, out var question))
            {
                return false;
            }

            if (chunk.End is not null || chunk.Error is not null)
            {
                _leased.Remove(id);
                question.End(chunk);
            }
            else
            {
                question.Chunks.Writer.TryWrite(chunk);
            }

            return true;
        }
    }

    /// <summary>A worker ended: what it was answering ends with an error, and so does what waits when it crashed before it took a question, as the next one would.</summary>
    public void WorkerEnded(string worker, bool crashed, string reason)
    {
        lock (_lock)
        {
            foreach (var question in _leased.Values.Where(question => question.Worker == worker).ToList())
            {
                _leased.Remove(question.Payload.Id);
                question.End(new InferChunk(Error: $"No answer: {reason}. Ask again; a new worker starts by itself."));
            }

            if (!_proven.Remove(worker) && crashed)
            {
                foreach (var question in _waiting)
                {
                    question.End(new InferChunk(Error: $"No answer: {reason} before it took a question. Tell the operator; the server's log says more."));
                }

                _waiting.Clear();
            }
        }
    }

    private async IAsyncEnumerable<InferChunk> ReadAsync(Question question, [EnumeratorCancellation] CancellationToken cancel)
    {
        var patience = TimeSpan.FromSeconds(options.Value.QuestionPatienceSeconds);
        await using var late = clock.CreateTimer(_ => GiveUp(question, patience), null, patience, Timeout.InfiniteTimeSpan);
        try
        {
            await foreach (var chunk in question.Chunks.Reader.ReadAllAsync(cancel))
            {
                yield return chunk;
            }
        }
        finally
        {
            Forget(question);
        }
    }

    /// <summary>Whether it is answered, cancelled or left: nobody reads on.</summary>
    private void Forget(Question question)
    {
        lock (_lock)
        {
            _waiting.Remove(question);
            _leased.Remove(question.Payload.Id);
        }
    }

    private void GiveUp(Question question, TimeSpan patience)
    {
        lock (_lock)
        {
            if (_waiting.Remove(question))
            {
                question.End(new InferChunk(Error: $"No answer: no worker took the question within {patience.TotalSeconds} seconds. Ask again later."));
            }
        }
    }

    private sealed class Question(InferPayload payload, string accountId)
    {
        public InferPayload Payload { get; } = payload;

        public string AccountId { get; } = accountId;

        public string Worker { get; set; } = "";

        public Channel<InferChunk> Chunks { get; } = Channel.CreateUnbounded<InferChunk>();

        public void End(InferChunk last)
        {
            Chunks.Writer.TryWrite(last);
            Chunks.Writer.TryComplete();
        }
    }
}
