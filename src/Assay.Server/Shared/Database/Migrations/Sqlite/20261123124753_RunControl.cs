using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RunControl : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "EvaluatedStep",
                table: "run_event",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Step",
                table: "run_event",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Note",
                table: "run",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Priority",
                table: "run",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "Weights",
                table: "run",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Wish",
                table: "job",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "run_evaluation",
                columns: table => new
                {
                    RunId = table.Column<string>(type: "TEXT", nullable: false),
                    Step = table.Column<int>(type: "INTEGER", nullable: false),
                    HoldOutLoss = table.Column<double>(type: "REAL", nullable: true),
                    Best = table.Column<string>(type: "TEXT", nullable: false),
                    Worst = table.Column<string>(type: "TEXT", nullable: false),
                    Answers = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_run_evaluation", x => new { x.RunId, x.Step });
                });

            migrationBuilder.CreateIndex(
                name: "IX_run_event_RunId_Step",
                table: "run_event",
                columns: new[] { "RunId", "Step" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "run_evaluation");

            migrationBuilder.DropIndex(
                name: "IX_run_event_RunId_Step",
                table: "run_event");

            migrationBuilder.DropColumn(
                name: "EvaluatedStep",
                table: "run_event");

            migrationBuilder.DropColumn(
                name: "Step",
                table: "run_event");

            migrationBuilder.DropColumn(
                name: "Note",
                table: "run");

            migrationBuilder.DropColumn(
                name: "Priority",
                table: "run");

            migrationBuilder.DropColumn(
                name: "Weights",
                table: "run");

            migrationBuilder.DropColumn(
                name: "Wish",
                table: "job");
        }
    }
}
