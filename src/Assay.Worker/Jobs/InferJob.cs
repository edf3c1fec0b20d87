using System.Runtime.InteropServices;
using Assay.Client.Leases;
using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models.Generation;
using Assay.Models.Influence;

namespace Assay.Worker.Jobs;

/// <summary>Answers questions: one resident base, several answers at once, each with its own adapter.</summary>
internal static class InferJob
{
    public static async Task RunAsync(LeaseClient client, CancellationToken cancel)
    {
        using var host = new ResidentHost();
        using var room = new SemaphoreSlim(ResidentModel.MostReplies);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var answers = new List<Task>();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await room.WaitAsync(stop.Token);
                if (await client.NextQuestionAsync(stop.Token) is not { } question)
                {
                    room.Release();
                    continue;
                }

                answers.RemoveAll(answer => answer.IsCompletedSuccessfully);
                answers.Add(AnswerAndReleaseAsync(question));
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // An answer could not be sent; its own exception follows.
        }
        finally
        {
            await Task.WhenAll(answers);
        }

        async Task AnswerAndReleaseAsync(InferPayload question)
        {
            try
            {
                await AnswerAsync(client, host, question, stop.Token);
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
            finally
            {
                room.Release();
            }
        }
    }

    private static async Task AnswerAsync(LeaseClient client, ResidentHost host, InferPayload question, CancellationToken cancel)
    {
        using var lines = new AnswerLines();
        var sending = client.AnswerAsync(question.Id, lines, cancel);
        try
        {
            using var resident = await host.UseAsync(question.BaseFolder, cancel);
            await AnswerAsync(resident.Model, question, lines, sending, cancel);
        }
        catch (Exception unusable) when (unusable is InvalidModelConfigException or InvalidSafetensorsException or InvalidTokenizerException or ChatTemplateException
            or InvalidOperationException or ArgumentException or ArithmeticException or IOException or ExternalException)
        {
            lines.Write(new InferChunk(Error: $"The model could not answer: {unusable.Message}"));
        }

        lines.Complete();
        await sending;
    }

    private static async Task AnswerAsync(ResidentModel resident, InferPayload question, AnswerLines lines, Task<bool> sending, CancellationToken cancel)
    {
        var model = resident.Model;
        int[] prompt = model.EncodePrompt([.. question.Messages.Select(turn => new ChatMessage(turn.Role, turn.Content))]);
        if (prompt.Length >= model.Plan.MaxPositions)
        {
            lines.Write(new InferChunk(Error: $"The conversation has {prompt.Length} tokens and the model reads {model.Plan.MaxPositions}. Shorten it or start a new one."));
            return;
        }

        using var adapter = question.AdapterFolder is { } folder ? await resident.AdapterAsync(folder) : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reply = await resident.ReplyAsync(new GenerationRequest(prompt, Options(question))
        {
            Adapter = adapter?.Adapter,
            Cancel = stop.Token,
            OnToken = token =>
            {
                if (sending.IsCompleted)
                {
                    stop.Cancel(); // the asker is gone
                }

                if (token.Text.Length > 0)
                {
                    lines.Write(new InferChunk(token.Text));
                }
            },
        });
        lines.Write(new InferChunk(End: await MeasureAsync(resident, adapter, prompt, reply)));
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

    private static async Task<InferEnd> MeasureAsync(ResidentModel resident, AdapterLease? adapter, int[] prompt, GeneratedReply reply)
    {
        string reason = reply.Reason switch
        {
            StopReason.MaxTokens or StopReason.ContextFull or StopReason.TimeLimit => "length",
            StopReason.Cancelled => "cancelled",
            _ => "stop",
        };
        if (reply.Ids.Length == 0)
        {
            return new InferEnd([], prompt.Length, reason, 0, 0);
        }

        var phi = await resident.InvokeAsync(weights => Phi.Measure(weights, adapter?.Adapter, prompt, reply.Ids));
        return new InferEnd(reply.Ids, prompt.Length, reason, phi.BitsTuned, phi.BitsBase);
    }
}
