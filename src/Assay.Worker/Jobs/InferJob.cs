using System.Runtime.InteropServices;
using Assay.Client.Leases;
using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Generation;
using Assay.Models.Influence;

namespace Assay.Worker.Jobs;

/// <summary>Answers questions: one resident base, a few adapters kept beside it, loaded on demand.</summary>
internal static class InferJob
{
    private const int KeptAdapters = 8;

    public static async Task RunAsync(LeaseClient client, CancellationToken cancel)
    {
        using var resident = new Resident();
        while (!cancel.IsCancellationRequested)
        {
            if (await client.NextQuestionAsync(cancel) is { } question)
            {
                using var lines = new AnswerLines();
                var sending = client.AnswerAsync(question.Id, lines, cancel);
                await Task.Run(() => Answer(resident, question, lines, sending, cancel), cancel);
                lines.Complete();
                await sending;
            }
        }
    }

    private static void Answer(Resident resident, InferPayload question, AnswerLines lines, Task<bool> sending, CancellationToken cancel)
    {
        try
        {
            var (model, adapter) = resident.Load(question);
            var prompt = model.EncodePrompt([.. question.Messages.Select(turn => new ChatMessage(turn.Role, turn.Content))]);
            if (prompt.Length >= model.Plan.MaxPositions)
            {
                lines.Write(new InferChunk(Error: $"The conversation has {prompt.Length} tokens and the model reads {model.Plan.MaxPositions}. Shorten it or start a new one."));
                return;
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var reply = new Generator(model, TimeProvider.System).Generate(prompt, Options(question), adapter, token =>
            {
                if (sending.IsCompleted)
                {
                    stop.Cancel(); // the asker is gone
                }

                if (token.Text.Length > 0)
                {
                    lines.Write(new InferChunk(token.Text));
                }
            }, stop.Token);
            lines.Write(new InferChunk(End: Measure(model, adapter, prompt, reply)));
        }
        catch (Exception unusable) when (unusable is InvalidModelConfigException or InvalidSafetensorsException or InvalidTokenizerException or ChatTemplateException
            or InvalidOperationException or ArgumentException or IOException or ExternalException)
        {
            lines.Write(new InferChunk(Error: $"The model could not answer: {unusable.Message}"));
        }
    }

    private static GenerateOptions Options(InferPayload question) => new()
    {
        MaxTokens = question.MaxTokens,
        Temperature = question.Temperature,
        TopP = question.TopP,
        TopK = question.TopK,
        RepetitionPenalty = question.RepetitionPenalty,
        Seed = (ulong)question.Seed,
        StopTexts = question.Stop,
    };

    private static InferEnd Measure(BaseModel model, LoraAdapter? adapter, int[] prompt, GeneratedReply reply)
    {
        var reason = reply.Reason switch
        {
            StopReason.MaxTokens or StopReason.ContextFull or StopReason.TimeLimit => "length",
            StopReason.Cancelled => "cancelled",
            _ => "stop",
        };
        if (reply.Ids.Length == 0)
        {
            return new InferEnd([], prompt.Length, reason, 0, 0);
        }

        if (adapter is null)
        {
            var bits = (long)Math.Round(-1000 * ReplyScore.LogProbabilities(model.Weights, null, prompt, reply.Ids).Sum() / Math.Log(2));
            return new InferEnd(reply.Ids, prompt.Length, reason, bits, bits);
        }

        var phi = Phi.Measure(model.Weights, adapter, prompt, reply.Ids);
        return new InferEnd(reply.Ids, prompt.Length, reason, phi.BitsTuned, phi.BitsBase);
    }

    private sealed class Resident : IDisposable
    {
        private readonly LinkedList<(string Folder, LoraAdapter Adapter)> _adapters = new();
        private BaseModel? _model;

        public (BaseModel Model, LoraAdapter? Adapter) Load(InferPayload question)
        {
            if (_model?.Folder != question.BaseFolder)
            {
                Dispose();
                _model = BaseModel.Load(question.BaseFolder);
            }

            return (_model, question.AdapterFolder is { } folder ? Adapter(folder) : null);
        }

        public void Dispose()
        {
            foreach (var (_, adapter) in _adapters)
            {
                adapter.Dispose();
            }

            _adapters.Clear();
            _model?.Dispose();
            _model = null;
        }

        /// <summary>The adapter of a folder, most recently used first; the least recently used one makes room.</summary>
        private LoraAdapter Adapter(string folder)
        {
            var found = _adapters.FirstOrDefault(item => item.Folder == folder);
            if (found.Adapter is not null)
            {
                _adapters.Remove(found);
            }
            else
            {
                found = (folder, PeftAdapterFile.Load(folder, _model!.Plan));
                if (_adapters.Count == KeptAdapters)
                {
                    _adapters.Last!.Value.Adapter.Dispose();
                    _adapters.RemoveLast();
                }
            }

            _adapters.AddFirst(found);
            return found.Adapter;
        }
    }
}
