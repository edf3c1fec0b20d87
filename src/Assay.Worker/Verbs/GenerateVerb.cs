using System.CommandLine;
using System.Globalization;
using Assay.Data.Tokenization;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Generation;
using Assay.Models.Influence;

namespace Assay.Worker.Verbs;

/// <summary><c>engine generate</c>: one reply of a model folder, streamed to stdout.</summary>
internal static class GenerateVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "Model folder in Hugging Face layout." };
        var prompt = new Argument<string>("prompt") { Description = "What the user says." };
        var adapter = new Option<string?>("--adapter") { Description = "PEFT adapter folder." };
        var system = new Option<string?>("--system") { Description = "System message." };
        var raw = new Option<bool>("--raw") { Description = "Continue the prompt as plain text, without the chat template." };
        var maxTokens = new Option<int>("--max-tokens") { Description = "Most new tokens.", DefaultValueFactory = _ => 200 };
        var temperature = new Option<double>("--temperature") { Description = "0 always takes the most likely token.", DefaultValueFactory = _ => 0.7 };
        var topP = new Option<double>("--top-p") { Description = "Probability mass kept, above 0 to 1.", DefaultValueFactory = _ => 1 };
        var topK = new Option<int>("--top-k") { Description = "Tokens kept; 0 for all.", DefaultValueFactory = _ => 0 };
        var penalty = new Option<double>("--repetition-penalty") { Description = "1 for none.", DefaultValueFactory = _ => 1 };
        var seed = new Option<ulong>("--seed") { Description = "Same seed, same reply.", DefaultValueFactory = _ => 1 };
        var command = new Command("generate", "Generates one reply and streams it to standard output.")
        {
            model, prompt, adapter, system, raw, maxTokens, temperature, topP, topK, penalty, seed,
        };
        command.SetAction(arguments =>
        {
            var options = new GenerateOptions
            {
                MaxTokens = arguments.GetValue(maxTokens),
                Temperature = arguments.GetValue(temperature),
                TopP = arguments.GetValue(topP),
                TopK = arguments.GetValue(topK),
                RepetitionPenalty = arguments.GetValue(penalty),
                Seed = arguments.GetValue(seed),
            };
            using var loaded = BaseModel.Load(arguments.GetRequiredValue(model));
            int[] ids = arguments.GetValue(raw)
                ? loaded.Tokenizer.EncodeWithSpecials(arguments.GetRequiredValue(prompt))
                : loaded.EncodePrompt(Messages(arguments.GetValue(system), arguments.GetRequiredValue(prompt)));
            using var attached = arguments.GetValue(adapter) is { } folder ? PeftAdapterFile.Load(folder, loaded.Plan) : null;
            Write(loaded, ids, options, attached);
            return 0;
        });
        return command;
    }

    private static List<ChatMessage> Messages(string? system, string prompt) =>
        system is null ? [new ChatMessage("user", prompt)] : [new ChatMessage("system", system), new ChatMessage("user", prompt)];

    private static void Write(BaseModel model, int[] prompt, GenerateOptions options, LoraAdapter? adapter)
    {
        var clock = TimeProvider.System;
        long began = clock.GetTimestamp();
        var reply = new Generator(model, clock).Generate(prompt, options, adapter, token => Console.Out.Write(token.Text), CancellationToken.None);
        double seconds = clock.GetElapsedTime(began).TotalSeconds;
        Console.Out.WriteLine();
        string phi = adapter is null ? "" : $", φ {Phi.Measure(model.Weights, adapter, prompt, reply.Ids).Value / 65536.0:F3}";
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{reply.PromptTokens} prompt tokens, {reply.Tokens.Count} new in {seconds:F2} s ({reply.Tokens.Count / seconds:F1} tokens/s), ended by {reply.Reason}{phi}"));
    }
}
