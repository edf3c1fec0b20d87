using Assay.Client.Leases;
using Assay.Server.Shared;
using Assay.Server.Shared.Compute;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Shared.Compute;

public sealed class InferenceQueueTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ComputeOptions _options = new();
    private readonly InferenceQueue _queue;
    private int _asked;

    public InferenceQueueTests() => _queue = new InferenceQueue(Options.Create(_options), _clock);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void An_account_and_all_together_have_a_limit_of_waiting_questions()
    {
        for (var account = 0; account < _options.Questions / _options.QuestionsPerAccount; account++)
        {
            for (var question = 0; question < _options.QuestionsPerAccount; question++)
            {
                Assert.Null(Ask($"a_{account}").Why);
            }

            Assert.Equal((429, "too_many_questions"), Why(Ask($"a_{account}").Why));
        }

        Assert.Equal((503, "busy"), Why(Ask("a_other").Why));
        Assert.NotNull(_queue.Lease("w"));
        Assert.Null(Ask("a_other").Why);
    }

    [Fact]
    public async Task A_cancelled_question_no_longer_waits_and_is_never_given_out()
    {
        using var gone = new CancellationTokenSource();
        var answer = ReadAsync(_queue.Ask(Payload(), "a_1", gone.Token));
        Assert.Equal(1, _queue.Waiting);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.Equal(0, _queue.Waiting);
        Assert.Null(_queue.Lease("w"));
    }

    [Fact]
    public async Task An_asker_who_leaves_in_the_middle_stops_the_worker()
    {
        using var gone = new CancellationTokenSource();
        var answer = ReadAsync(_queue.Ask(Payload(), "a_1", gone.Token));
        var leased = _queue.Lease("w")!;
        Assert.True(_queue.Deliver(leased.Id, new InferChunk("Tide")));

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.False(_queue.Deliver(leased.Id, new InferChunk(" gauge")));
    }

    [Fact]
    public async Task A_question_that_no_worker_takes_fails_with_a_sentence()
    {
        var answer = ReadAsync(Ask("a_1"));
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, _queue.Waiting);

        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Contains("within 60 seconds", Assert.Single(await answer).Error, StringComparison.Ordinal);
        Assert.Equal(0, _queue.Waiting);
    }

    [Fact]
    public async Task A_question_that_was_taken_may_take_its_time()
    {
        var answer = ReadAsync(Ask("a_1"));
        var leased = _queue.Lease("w")!;
        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.True(_queue.Deliver(leased.Id, new InferChunk("Tide")));
        Assert.True(_queue.Deliver(leased.Id, new InferChunk(End: new InferEnd([1], 1, "stop", 0, 0))));

        Assert.Equal(["Tide", null], (await answer).Select(chunk => chunk.Text));
    }

    [Fact]
    public async Task A_worker_that_crashes_before_it_took_a_question_fails_those_that_wait()
    {
        var answer = ReadAsync(Ask("a_1"));
        _queue.WorkerEnded("idle", crashed: false, "the worker ended");
        Assert.Equal(1, _queue.Waiting);

        _queue.WorkerEnded("broken", crashed: true, "the worker crashed");

        Assert.StartsWith("No answer: the worker crashed", Assert.Single(await answer).Error, StringComparison.Ordinal);
        Assert.Equal(0, _queue.Waiting);
    }

    [Fact]
    public async Task A_worker_that_crashes_on_a_question_fails_only_that_one()
    {
        var (first, second) = (ReadAsync(Ask("a_1")), ReadAsync(Ask("a_1")));
        _queue.Lease("w");

        _queue.WorkerEnded("w", crashed: true, "the worker was killed");

        Assert.Contains("the worker was killed", Assert.Single(await first).Error, StringComparison.Ordinal);
        Assert.Equal(1, _queue.Waiting);
        Assert.False(second.IsCompleted);
    }

    private static (int, string)? Why(Refusal? why) => why is null ? null : (why.Status, why.Reason);

    private (IAsyncEnumerable<InferChunk>? Chunks, Refusal? Why) Ask(string account) => _queue.Ask(Payload(), account, Cancel);

    private InferPayload Payload() => new($"i_{_asked++}", "", null, [], 0, 1, 0, 1, 8, 1, []);

    private static async Task<List<InferChunk>> ReadAsync((IAsyncEnumerable<InferChunk>? Chunks, Refusal? Why) asked)
    {
        var chunks = new List<InferChunk>();
        await foreach (var chunk in asked.Chunks!)
        {
            chunks.Add(chunk);
        }

        return chunks;
    }
}
