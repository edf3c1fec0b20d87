using Assay.Client.Chat;
using Assay.Client.Runs;
using Spectre.Console;

namespace Assay.Server.Demo.Steps;

/// <summary>Three questions to both models; what the tuned one says word for word from contributions is marked and credited.</summary>
internal static class ChatStep
{
    private const int Questions = 3;

    public static async Task RunAsync(DemoState state, CancellationToken cancel)
    {
        using var prompts = state.Read("prompts.json");
        var records = await state.As("builder").GetAsync<List<RunRecord>>($"/api/v1/runs/{state.Run.Id}/records", cancel);
        var trained = records.Where(record => !record.HoldOut).Select(record => record.Prompt).ToHashSet();

        // A held-out record was never trained on: its question is left out.
        var asked = ((string[])["chat", "alternates"]).SelectMany(list => prompts.RootElement.GetProperty(list).EnumerateArray())
            .Select(item => item.GetString()!).Where(trained.Contains).Take(Questions).ToList();
        DemoFailedException.Unless(asked.Count == Questions, "The samples' questions are not among the trained records.");
        var quoted = 0;
        foreach (var question in asked)
        {
            DemoScreen.Markup($"[bold]{question.EscapeMarkup()}[/]");
            var plain = await AskAsync(state, AccessStep.Base, question, cancel);
            DemoScreen.Markup($"  base   {plain.Text.Trim().EscapeMarkup()}");
            var tuned = await AskAsync(state, state.Run.ModelName!, question, cancel);
            Print(tuned);
            quoted += tuned.Spans.Count > 0 ? 1 : 0;
        }

        DemoScreen.Say("«Marked» text stands word for word in a contribution. The base model is a demonstration model.");
        DemoFailedException.Unless(quoted >= 2, $"Only {quoted} of {Questions} tuned answers quote a contribution.");
        state.Facts.Add(("Tuned answers with sources", $"{quoted} of {Questions}"));
    }

    internal static Task<AnswerView> AskAsync(DemoState state, string model, string question, CancellationToken cancel) =>
        state.As("builder").PostAsync<AnswerView>("/api/v1/chat", new ChatRequest(model, [new ChatTurn("user", question)], Temperature: 0, MaxTokens: 120, Seed: 1), cancel);

    /// <summary>The answer with its spans marked, and where each stands.</summary>
    internal static void Print(AnswerView answer)
    {
        var text = "";
        var at = 0;
        foreach (var span in answer.Spans.OrderBy(span => span.Start).Where(span => span.Start >= at))
        {
            text += answer.Text[at..span.Start].EscapeMarkup() + $"[green]«{answer.Text[span.Start..span.End].EscapeMarkup()}»[/]";
            at = span.End;
        }

        DemoScreen.Markup($"  tuned  {(text + answer.Text[at..].EscapeMarkup()).Trim()}");
        foreach (var span in answer.Spans)
        {
            var source = span.Sources[0];
            DemoScreen.Markup($"         [dim]{span.Tokens} tokens, {span.Bits:0} bits: {source.Contributor.EscapeMarkup()}, '{source.FileName.EscapeMarkup()}', ledger entry {source.LedgerIndex}[/]");
        }

        DemoScreen.Markup($"         [dim]the adapter bought {answer.Changed:P0} of this answer's bits; answer {answer.Id} is ledger entry {answer.LedgerIndex}[/]");
    }
}
