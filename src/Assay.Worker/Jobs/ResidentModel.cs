using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Engine.Decode;
using Assay.Models.Generation;

namespace Assay.Worker.Jobs;

/// <summary>A base that stays loaded, with the thread that generates from it and the adapters kept beside it.</summary>
internal sealed class ResidentModel : IDisposable
{
    /// <summary>Replies that are made at once.</summary>
    public const int MostReplies = 8;

    private const int SmallestCache = 4_096;
    private const long AdapterBytes = 1L << 30;

    private readonly CancellationTokenSource closing = new();
    private readonly AdapterShelf shelf = new(AdapterBytes);
    private readonly GenerationLoop loop;
    private readonly Thread thread;

    public ResidentModel(string folder)
    {
        Model = BaseModel.Load(folder);
        try
        {
            var weights = Model.DecodeWeights;
            loop = new GenerationLoop(
                weights,
                new GenerationLoopOptions { CachePositions = CachePositions(weights), Cache = weights.DefaultCache, MostRows = MostReplies },
                Model.Tokenizer,
                Model.EndIds,
                TimeProvider.System);
        }
        catch
        {
            Model.Dispose();
            throw;
        }

        thread = new Thread(() => loop.Run(closing.Token)) { IsBackground = true, Name = "generation" };
        thread.Start();
    }

    /// <summary>Plan, tokenizer and template.</summary>
    public BaseModel Model { get; }

    /// <summary>The adapter of a folder, loaded between two steps when it is not there yet.</summary>
    public Task<AdapterLease> AdapterAsync(string folder) => loop.InvokeAsync(() => shelf.Take(folder, () =>
    {
        using var adapter = PeftAdapterFile.Load(folder, Model.Plan);
        return new DecodeAdapter(Model.DecodeWeights, adapter);
    }));

    /// <summary>Asks for a reply; see <see cref="GenerationLoop.Add"/>.</summary>
    public Task<GeneratedReply> ReplyAsync(GenerationRequest request) => loop.Add(request);

    /// <summary>Computes something with the model between two steps.</summary>
    public Task<T> InvokeAsync<T>(Func<DecodeWeights, T> work) => loop.InvokeAsync(() => work(Model.DecodeWeights));

    public void Dispose()
    {
        closing.Cancel();
        thread.Join();
        loop.Dispose();
        shelf.Dispose();
        Model.Dispose();
        closing.Dispose();
    }

    /// <summary>Room for full contexts of all replies, within a quarter of the memory that is free; never less than one context.</summary>
    private static int CachePositions(DecodeWeights weights)
    {
        using var one = new KvPool(weights, weights.DefaultCache, 1);
        long context = weights.Plan.MaxPositions;
        long affordable = FreeMemory.Bytes() / 4 / one.BytesPerPosition;
        return (int)Math.Min(context * MostReplies, Math.Max(Math.Min(context, SmallestCache), affordable));
    }
}
