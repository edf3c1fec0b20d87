using System.Text;
using Assay.Client.Chat;
using Assay.Client.Contributions;
using Assay.Client.Datanets;

namespace Assay.Server.Demo.Steps;

/// <summary>The builder corrects an answer; the draft is validated and accepted like any file, and a second version is trained from the first adapter.</summary>
internal static class RefineStep
{
    public static async Task RunAsync(DemoState state, CancellationToken cancel)
    {
        using var prompts = state.Read("prompts.json");
        var refine = prompts.RootElement.GetProperty("refine");
        var question = refine.GetProperty("prompt").GetString()!;
        var answer = await ChatStep.AskAsync(state, state.Run.ModelName!, question, cancel);
        DemoScreen.Say($"{question}");
        ChatStep.Print(answer);

        var draft = await state.As("builder").PostAsync<DraftView>($"/api/v1/answers/{answer.Id}/correction",
            new CorrectionRequest(state.Datanet.Id, refine.GetProperty("draft").GetString()!), cancel);
        var (sent, refused) = await state.As("builder").ContributeAsync(draft.DatanetId, new ContributionFacts(draft.FileName, draft.Licence,
            "a corrected answer", "questions and answers about the Harbor library", "the model did not know it", "en", draft.FromAnswer),
            Encoding.UTF8.GetBytes(draft.Content), "demo-refine", cancel);
        DemoFailedException.Unless(sent is not null, $"The draft was refused: {refused?.Detail}");
        var view = await ContributeStep.DecidedAsync(state, sent!.Id, cancel);
        ContributionPrint.Decided(state.People["builder"].Name, draft.FileName, view, sent.Quota!);
        DemoFailedException.Unless(view.State == "accepted", $"The draft is {view.State}.");

        var second = await state.As("owner").PostAsync<SnapshotView>($"/api/v1/datanets/{state.Datanet.Id}/snapshots", null, cancel);
        DemoScreen.Say($"Version {second.Number} is frozen: {second.Records} records. Training goes on from the first adapter.");
        state.RefinedRun = await TrainStep.TrainAsync(state, "Harbor notes refined", [second.Id], state.Run.Id, "demo-refine.json", cancel);
        var again = await ChatStep.AskAsync(state, state.RefinedRun.ModelName!, question, cancel);
        DemoScreen.Say(question);
        ChatStep.Print(again);
        state.Facts.Add(("Version 2 trained from the first adapter", state.RefinedRun.ModelName!));
    }
}
